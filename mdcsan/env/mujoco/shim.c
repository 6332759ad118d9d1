//go:build mujoco

#include "shim.h"
#include <mujoco/mjxmacro.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(mjtNum) == sizeof(double), "MuJoCo must be built in double precision");

// One jump target and one error text per OS thread: a cgo call stays on its
// thread, so calls on different threads do not meet.
static _Thread_local jmp_buf* target;
static _Thread_local char text[1000];

static void on_error(const char* msg) {
  snprintf(text, sizeof text, "%s", msg);
  if (target) longjmp(*target, 1);  // only C frames lie between here and there
  fprintf(stderr, "mujoco: error outside a guarded call: %s\n", msg);
  abort();
}

// Warnings are counted in mjData; the default handler would write a log file.
static void on_warning(const char* msg) { (void)msg; }

void gm_init(void) {
  mju_user_error = on_error;
  mju_user_warning = on_warning;
}

int gm_version(void) { return mj_version(); }
int gm_version_header(void) { return mjVERSION_HEADER; }

// GUARD makes the enclosing function return `failed` when MuJoCo reports an
// error, its text in err. UNGUARD ends it.
#define GUARD(failed)                  \
  jmp_buf here;                        \
  jmp_buf* outer = target;             \
  if (_setjmp(here)) {                 \
    target = outer;                    \
    snprintf(err, nerr, "%s", text);   \
    return failed;                     \
  }                                    \
  target = &here;
#define UNGUARD target = outer;

// load compiles a model. MuJoCo's compiler catches its own errors; the guard is
// for the file system, and would cost no more than a leak elsewhere.
static mjModel* load(mjVFS* vfs, const char* xml, int n, char* err, int nerr) {
  GUARD(NULL)
#if mjVERSION_HEADER >= 300
  int failed = mj_addBufferVFS(vfs, "model.xml", xml, n);
#else
  int failed = mj_makeEmptyFileVFS(vfs, "model.xml", n);
  if (!failed) memcpy(vfs->filedata[vfs->nfile - 1], xml, n);
#endif
  mjModel* m = NULL;
  if (failed)
    snprintf(err, nerr, "the model does not fit into the virtual file system (code %d)", failed);
  else
    m = mj_loadXML("model.xml", vfs, err, nerr);
  UNGUARD
  return m;
}

mjModel* gm_load(const char* xml, int n, char* err, int nerr) {
  mjVFS* vfs = malloc(sizeof *vfs);  // 2 MB in MuJoCo 2: not for the stack
  if (!vfs) {
    snprintf(err, nerr, "out of memory");
    return NULL;
  }
  mj_defaultVFS(vfs);
  mjModel* m = load(vfs, xml, n, err, nerr);
  mj_deleteVFS(vfs);
  free(vfs);
  return m;
}

mjData* gm_make_data(const mjModel* m, char* err, int nerr) {
  GUARD(NULL)
  mjData* d = mj_makeData(m);
  if (!d) snprintf(err, nerr, "out of memory");
  UNGUARD
  return d;
}

#define COPY_ARRAY(key, count, field)                            \
  if (strcmp(name, key) == 0) {                                  \
    int size = (int)(count);                                     \
    for (int k = 0; k < size && k < cap; k++) out[k] = (double)(field)[k]; \
    return size;                                                 \
  }
#undef MJ_M
#define MJ_M(n) (m->n)

int gm_array(const mjModel* m, const char* name, double* out, int cap) {
#define X(type, field, rows, cols) COPY_ARRAY(#field, m->rows*(cols), m->field)
  MJMODEL_POINTERS
#undef X
  COPY_ARRAY("nq", 1, &m->nq)
  COPY_ARRAY("nv", 1, &m->nv)
  COPY_ARRAY("nu", 1, &m->nu)
  COPY_ARRAY("nbody", 1, &m->nbody)
  COPY_ARRAY("njnt", 1, &m->njnt)
  COPY_ARRAY("ngeom", 1, &m->ngeom)
  COPY_ARRAY("timestep", 1, &m->opt.timestep)
  COPY_ARRAY("integrator", 1, &m->opt.integrator)
  return GM_FAILED;
}

// warnings reads and clears the warning counters of d as a bit mask.
static int warnings(mjData* d) {
  int mask = 0;
  for (int w = 0; w < mjNWARNING; w++) {
    if (d->warning[w].number) mask |= 1 << w;
    d->warning[w].number = 0;
  }
  return mask;
}

static void copy_out(const mjModel* m, const mjData* d, double* io) {
  io += m->nu;
  memcpy(io, d->qpos, m->nq*sizeof(double)), io += m->nq;
  memcpy(io, d->qvel, m->nv*sizeof(double)), io += m->nv;
  memcpy(io, d->xpos, 3*m->nbody*sizeof(double)), io += 3*m->nbody;
  memcpy(io, d->cfrc_ext, 6*m->nbody*sizeof(double));
}

int gm_reset(const mjModel* m, mjData* d, double* io, char* err, int nerr) {
  GUARD(GM_FAILED)
  mj_resetData(m, d);
  memcpy(d->qpos, io + m->nu, m->nq*sizeof(double));
  memcpy(d->qvel, io + m->nu + m->nq, m->nv*sizeof(double));
#if mjVERSION_HEADER >= 300
  mj_normalizeQuat(m, d->qpos);  // late releases of 3 no longer do it in mj_forward
#endif
  mj_forward(m, d);  // warm-starts the solver; in 2.2.2 normalises quaternions too
  int mask = warnings(d);
  copy_out(m, d, io);
  UNGUARD
  return mask;
}

int gm_step(const mjModel* m, mjData* d, double* io, int n, int rne, char* err, int nerr) {
  GUARD(GM_FAILED)
  memcpy(d->ctrl, io, m->nu*sizeof(double));
  int mask = 0;
  for (int i = 0; i < n && !mask; i++) {
    mj_step(m, d);
    mask = warnings(d);  // a bad state was already reset: stop, Go decides
  }
  if (!mask) {
    if (rne) mj_rnePostConstraint(m, d);
    copy_out(m, d, io);
  }
  UNGUARD
  return mask;
}

int gm_contacts(const mjData* d) { return (int)d->ncon; }

#if mjVERSION_HEADER >= 300

int gm_state_size(const mjModel* m) { return (int)mj_stateSize(m, mjSTATE_INTEGRATION); }

static void get_state(const mjModel* m, mjData* d, double* s) { mj_getState(m, d, s, mjSTATE_INTEGRATION); }
static void set_state(const mjModel* m, mjData* d, const double* s) { mj_setState(m, d, s, mjSTATE_INTEGRATION); }

#else

// The fields that mjSTATE_INTEGRATION names in MuJoCo 3.
#define STATE_FIELDS                                                            \
  F(&d->time, 1) F(d->qpos, m->nq) F(d->qvel, m->nv) F(d->act, m->na)           \
  F(d->qacc_warmstart, m->nv) F(d->ctrl, m->nu) F(d->qfrc_applied, m->nv)       \
  F(d->xfrc_applied, 6*m->nbody) F(d->mocap_pos, 3*m->nmocap)                   \
  F(d->mocap_quat, 4*m->nmocap) F(d->userdata, m->nuserdata)

int gm_state_size(const mjModel* m) {
  return 1 + m->nq + 3*m->nv + m->na + m->nu + 6*m->nbody + 7*m->nmocap + m->nuserdata;
}

static void get_state(const mjModel* m, mjData* d, double* s) {
#define F(p, n) memcpy(s, p, (n)*sizeof(double)), s += (n);
  STATE_FIELDS
#undef F
}

static void set_state(const mjModel* m, mjData* d, const double* s) {
#define F(p, n) memcpy(p, s, (n)*sizeof(double)), s += (n);
  STATE_FIELDS
#undef F
}

#endif

int gm_get_state(const mjModel* m, mjData* d, double* state, char* err, int nerr) {
  GUARD(GM_FAILED)
  get_state(m, d, state);
  UNGUARD
  return 0;
}

int gm_set_state(const mjModel* m, mjData* d, const double* state, char* err, int nerr) {
  GUARD(GM_FAILED)
  mj_resetData(m, d);
  set_state(m, d, state);
  UNGUARD
  return 0;
}

int gm_geoms(const mjModel* m, mjData* d, double* pos, double* mat, char* err, int nerr) {
  GUARD(GM_FAILED)
  mj_kinematics(m, d);
  memcpy(pos, d->geom_xpos, 3*m->ngeom*sizeof(double));
  memcpy(mat, d->geom_xmat, 9*m->ngeom*sizeof(double));
  UNGUARD
  return 0;
}
