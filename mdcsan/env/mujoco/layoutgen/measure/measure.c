// Prints the layout of the MuJoCo whose headers it is compiled with, as a row
// of the table in layouts.h.
#include <mujoco/mujoco.h>
#include <stddef.h>
#include <stdio.h>

#include "../../layout.h"

// Controls, actuators and forces were one and the same until they were told apart.
#ifdef ONE_PER_ACTUATOR
#define nactuator nu
#define nout nu
#endif

#define KIND(x) _Generic((x), double: 'd', float: 'f', int: 'i', unsigned char: 'b', _Bool: 'b', char: 'b', \
  long: 'l', long long: 'l', unsigned long: 'l', unsigned long long: 'l')

static mjModel m;
static mjData d;

int main(void) {
  int v = mjVERSION_HEADER;
  printf("{%d,", v >= 1000000 ? v : v/100*1000000 + v/10%10*1000 + v%10);
#define PLACE(type, variable, field, value) printf("{%d,'%c'},", (int)offsetof(type, field), KIND(value));
#define AT(type, field) printf("%d,", (int)offsetof(type, field));
#define X(name) PLACE(mjModel, m, name, m.name)
  GM_SIZES(X)
#undef X
#define X(name) PLACE(mjModel, m, opt.name, m.opt.name)
  GM_OPTIONS(X)
#undef X
#define X(name, rows, columns) PLACE(mjModel, m, name, *m.name)
  GM_ARRAYS(X)
#undef X
  AT(mjModel, buffer) AT(mjData, buffer) PLACE(mjData, d, nbuffer, d.nbuffer)
#define X(name) AT(mjData, name) (void)sizeof(char[KIND(*d.name) == 'd' ? 1 : -1]);
  GM_RESULTS(X)
#undef X
  AT(mjData, time) AT(mjData, warning)
  printf("%d,", (int)sizeof(mjWarningStat));
  AT(mjWarningStat, number)
  PLACE(mjData, d, ncon, d.ncon)
#define X(name) printf("%d,", mjOBJ_##name);
  GM_KINDS(X)
#undef X
#define X(name) printf("%d,", mjWARN_##name);
  GM_WARNINGS(X)
#undef X
#if mjVERSION_HEADER >= 300
  printf("%d,%d,0,0}\n", mjSTATE_INTEGRATION, (int)sizeof(mjVFS));
#else
  printf("0,%d,%d,%d}\n", (int)sizeof(mjVFS), (int)offsetof(mjVFS, nfile), (int)offsetof(mjVFS, filedata));
#endif
  return 0;
}
