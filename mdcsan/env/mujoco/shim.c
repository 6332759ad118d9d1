//go:build linux || darwin

#include "shim.h"
#include "layout.h"
#include "layouts.h"
#include <dlfcn.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The functions that are called; the library is opened at run time, so that a
// program without it starts and can say so.
#define GM_FUNCTIONS(F)                                                        \
  F(mj_version, int, (void))                                                   \
  F(mj_loadXML, mjModel*, (const char*, const void* vfs, char*, int))          \
  F(mj_defaultVFS, void, (void* vfs))                                          \
  F(mj_deleteVFS, void, (void* vfs))                                           \
  F(mj_makeData, mjData*, (const mjModel*))                                    \
  F(mj_deleteData, void, (mjData*))                                            \
  F(mj_deleteModel, void, (mjModel*))                                          \
  F(mj_resetData, void, (const mjModel*, mjData*))                             \
  F(mj_forward, void, (const mjModel*, mjData*))                               \
  F(mj_step, void, (const mjModel*, mjData*))                                  \
  F(mj_rnePostConstraint, void, (const mjModel*, mjData*))                     \
  F(mj_kinematics, void, (const mjModel*, mjData*))                            \
  F(mj_normalizeQuat, void, (const mjModel*, double*))                         \
  F(mj_name2id, int, (const mjModel*, int, const char*))                       \
  F(mj_id2name, const char*, (const mjModel*, int, int))
// Of releases up to 2.3, and of those from 3 on.
#define GM_FUNCTIONS_2(F) F(mj_makeEmptyFileVFS, int, (void* vfs, const char*, int))
#define GM_FUNCTIONS_3(F)                                                      \
  F(mj_addBufferVFS, int, (void* vfs, const char*, const void*, int))          \
  F(mj_stateSize, int, (const mjModel*, int))                                  \
  F(mj_getState, void, (const mjModel*, const mjData*, double*, int))          \
  F(mj_setState, void, (const mjModel*, mjData*, const double*, int))

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

// What the library offers and how its structs are laid out, found by gm_open.
struct functions {
#define F(name, result, arguments) result (*name) arguments;
  GM_FUNCTIONS(F) GM_FUNCTIONS_2(F) GM_FUNCTIONS_3(F)
#undef F
};
static struct functions mujoco;
static struct layout at;
static int opened;  // the version

// value reads number k of what is at an address.
static double value(const void* p, char kind, int k) {
  switch (kind) {
    case 'd': return ((const double*)p)[k];
    case 'f': return ((const float*)p)[k];
    case 'i': return ((const int*)p)[k];
    case 'l': return (double)((const long long*)p)[k];
    default: return ((const unsigned char*)p)[k];
  }
}

// SIZE is a size of the model m, DATA an array of the simulation d.
#define PLACE(type, base, offset) ((type*)((char*)(base) + (offset)))
#define SIZE(name) size_of(m, at.name)
#define POINTER(base, offset) (*PLACE(void*, base, offset))
#define DATA(name) ((double*)POINTER(d, at.name))
static inline int size_of(const void* base, struct place p) {
  return p.kind == 'i' ? *PLACE(const int, base, p.at) : (int)*PLACE(const long long, base, p.at);
}

// find looks up a symbol, or says which one is missing.
static void* find(void* library, const char* name, char* err, int nerr) {
  void* found = dlsym(library, name);
  if (!found) snprintf(err, nerr, "it has no %s", name);
  return found;
}

// comparable reads 222 as 2002002; releases since 3.10 count so themselves.
static int comparable(int v) { return v >= 1000000 ? v : v/100*1000000 + v/10%10*1000 + v%10; }

// choose finds the layout of a version: that of the last row which is not
// later. A later patch of the newest release is taken for that, and checked by
// the caller; other unknown releases have none.
static const struct layout* choose(int version) {
  const struct layout* found = NULL;
  for (size_t i = 0; i < sizeof layouts/sizeof *layouts && layouts[i].version <= version; i++) found = &layouts[i];
  return version/1000 > GM_NEWEST/1000 ? NULL : found;
}

static int bind(void* library, int version, char* err, int nerr) {
  struct functions all;
  memset(&all, 0, sizeof all);
#define F(name, result, arguments) \
  if (!(*(void**)&all.name = find(library, #name, err, nerr))) return GM_FAILED;
  GM_FUNCTIONS(F)
  if (version >= 3000000) {
    GM_FUNCTIONS_3(F)
  } else {
    GM_FUNCTIONS_2(F)
  }
#undef F
  void (**error)(const char*) = find(library, "mju_user_error", err, nerr);
  void (**warning)(const char*) = find(library, "mju_user_warning", err, nerr);
  if (!error || !warning) return GM_FAILED;
  *error = on_error;
  *warning = on_warning;
  mujoco = all;
  return 0;
}

// use takes a library that was loaded, if it is MuJoCo of a known release.
static int use(void* library, int* version, char* err, int nerr) {
  int (*reported)(void) = find(library, "mj_version", err, nerr);
  if (!reported) return GM_FAILED;
  *version = comparable(reported());
  const struct layout* layout = choose(*version);
  if (!layout) return GM_UNKNOWN;
  if (bind(library, *version, err, nerr)) return GM_FAILED;
  at = *layout;
  opened = *version;
  return 0;
}

int gm_open(const char* name, int* version, char* err, int nerr) {
  void* library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    snprintf(err, nerr, "%s", dlerror());
    return GM_FAILED;
  }
  int code = use(library, version, err, nerr);
  if (code) dlclose(library);
  return code;
}

// inside tells whether n bytes at p are in a buffer; an empty array is nowhere.
static int inside(const char* p, size_t n, const char* buffer, size_t size) {
  return n == 0 || (p >= buffer && n <= size && (size_t)(p - buffer) <= size - n);
}

static size_t width(char kind) { return kind == 'd' || kind == 'l' ? 8 : kind == 'b' ? 1 : 4; }

int gm_plausible(const mjModel* m, const mjData* d) {
  const char *mb = POINTER(m, at.model_buffer), *db = POINTER(d, at.data_buffer);
  size_t mn = (size_t)SIZE(nbuffer), dn = (size_t)size_of(d, at.data_nbuffer);
  if (!mb || !db) return 0;
#define X(name, rows, columns) \
  if (!inside(POINTER(m, at.name.at), (size_t)SIZE(rows)*(columns)*width(at.name.kind), mb, mn)) return 0;
  GM_ARRAYS(X)
#undef X
#define X(name) \
  if (POINTER(d, at.name) && !inside(POINTER(d, at.name), 1, db, dn + 1)) return 0;
  GM_RESULTS(X)
#undef X
  return 1;
}

void gm_delete_model(mjModel* m) { mujoco.mj_deleteModel(m); }
void gm_delete_data(mjData* d) { mujoco.mj_deleteData(d); }

int gm_version(void) { return opened; }
int gm_oldest(void) { return GM_OLDEST; }
int gm_newest(void) { return GM_NEWEST; }

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
static mjModel* load(void* vfs, const char* xml, int n, char* err, int nerr) {
  GUARD(NULL)
  int failed;
  if (opened >= 3000000) {
    failed = mujoco.mj_addBufferVFS(vfs, "model.xml", xml, n);
  } else {
    failed = mujoco.mj_makeEmptyFileVFS(vfs, "model.xml", n);
    if (!failed) memcpy(PLACE(void*, vfs, at.vfs_filedata)[*PLACE(int, vfs, at.vfs_nfile) - 1], xml, n);
  }
  mjModel* m = NULL;
  if (failed)
    snprintf(err, nerr, "the model does not fit into the virtual file system (code %d)", failed);
  else
    m = mujoco.mj_loadXML("model.xml", vfs, err, nerr);
  UNGUARD
  return m;
}

mjModel* gm_load(const char* xml, int n, char* err, int nerr) {
  void* vfs = malloc(at.vfs_size);  // 2 MB in MuJoCo 2: not for the stack
  if (!vfs) {
    snprintf(err, nerr, "out of memory");
    return NULL;
  }
  mujoco.mj_defaultVFS(vfs);
  mjModel* m = load(vfs, xml, n, err, nerr);
  mujoco.mj_deleteVFS(vfs);
  free(vfs);
  return m;
}

mjModel* gm_load_file(const char* path, char* err, int nerr) {
  GUARD(NULL)
  mjModel* m = mujoco.mj_loadXML(path, NULL, err, nerr);
  UNGUARD
  return m;
}

mjData* gm_make_data(const mjModel* m, char* err, int nerr) {
  GUARD(NULL)
  mjData* d = mujoco.mj_makeData(m);
  if (!d) snprintf(err, nerr, "out of memory");
  UNGUARD
  return d;
}

// copy_values copies numbers into out as far as cap goes.
static int copy_values(const void* from, char kind, int n, double* out, int cap) {
  for (int k = 0; k < n && k < cap; k++) out[k] = value(from, kind, k);
  return n;
}

int gm_array(const mjModel* m, const char* name, double* out, int cap) {
#define X(field, rows, columns) \
  if (strcmp(name, #field) == 0)  \
    return copy_values(POINTER(m, at.field.at), at.field.kind, SIZE(rows)*(columns), out, cap);
  GM_ARRAYS(X)
#undef X
#define X(field) \
  if (strcmp(name, #field) == 0) return copy_values(PLACE(void, m, at.field.at), at.field.kind, 1, out, cap);
  GM_SIZES(X)
  GM_OPTIONS(X)
#undef X
  return GM_FAILED;
}

int gm_set_integrator(mjModel* m, int integrator) {
  int* place = PLACE(int, m, at.integrator.at);
  int before = *place;
  *place = integrator;
  return before;
}

// warned reads and clears the counter of one warning of MuJoCo.
static int warned(mjData* d, int number) {
  int* count = PLACE(int, d, at.warning + number*at.warning_size + at.warning_number);
  int n = *count;
  *count = 0;
  return n != 0;
}

// warnings reads and clears the warning counters of d as a bit mask.
static int warnings(mjData* d) {
  int mask = 0;
#define X(name) mask |= warned(d, at.warn_##name) << GM_##name;
  GM_WARNINGS(X)
#undef X
  return mask;
}

// append copies n numbers to a place and returns the one behind them.
static double* append(double* to, const double* from, int n) {
  memcpy(to, from, n*sizeof(double));
  return to + n;
}

static void copy_out(const mjModel* m, const mjData* d, double* io) {
  int nbody = SIZE(nbody);
  io = append(io + SIZE(nu), DATA(qpos), SIZE(nq));
  io = append(io, DATA(qvel), SIZE(nv));
  io = append(io, DATA(xpos), 3*nbody);
  append(io, DATA(cfrc_ext), 6*nbody);
}

int gm_reset(const mjModel* m, mjData* d, double* io, int normalise, char* err, int nerr) {
  GUARD(GM_FAILED)
  mujoco.mj_resetData(m, d);
  append(DATA(qpos), io + SIZE(nu), SIZE(nq));
  append(DATA(qvel), io + SIZE(nu) + SIZE(nq), SIZE(nv));
  if (normalise && opened >= 3000000)
    mujoco.mj_normalizeQuat(m, DATA(qpos));  // late releases of 3 no longer do it in mj_forward
  mujoco.mj_forward(m, d);  // warm-starts the solver; in 2.2.2 normalises quaternions too
  int mask = warnings(d);
  copy_out(m, d, io);
  UNGUARD
  return mask;
}

int gm_step(const mjModel* m, mjData* d, double* io, int n, int rne, char* err, int nerr) {
  GUARD(GM_FAILED)
  append(DATA(ctrl), io, SIZE(nu));
  int mask = 0;
  for (int i = 0; i < n && !mask; i++) {
    mujoco.mj_step(m, d);
    mask = warnings(d);  // a bad state was already reset: stop, Go decides
  }
  if (!mask) {
    if (rne) mujoco.mj_rnePostConstraint(m, d);
    copy_out(m, d, io);
  }
  UNGUARD
  return mask;
}

static int copy_field(const double* from, int n, double* out) {
  if (out) append(out, from, n);
  return n;
}

int gm_field(const mjModel* m, const mjData* d, int field, double* out) {
  // d is NULL where only the number is asked for.
#define COPY(id, count, name) case id: return copy_field(d ? DATA(name) : NULL, count, out);
  switch (field) {
    COPY(GM_XIPOS, 3*SIZE(nbody), xipos)
    COPY(GM_XQUAT, 4*SIZE(nbody), xquat)
    COPY(GM_SITE_XPOS, 3*SIZE(nsite), site_xpos)
    COPY(GM_CINERT, 10*SIZE(nbody), cinert)
    COPY(GM_CVEL, 6*SIZE(nbody), cvel)
    COPY(GM_QFRC_ACTUATOR, SIZE(nv), qfrc_actuator)
    COPY(GM_QFRC_CONSTRAINT, SIZE(nv), qfrc_constraint)
    COPY(GM_SENSORDATA, SIZE(nsensordata), sensordata)
  }
#undef COPY
  return GM_FAILED;
}

// object is MuJoCo's number of a kind of ours.
static int object(int kind) {
  switch (kind) {
#define X(name) case GM_##name: return at.obj_##name;
    GM_KINDS(X)
#undef X
  }
  return 0;  // mjOBJ_UNKNOWN
}

int gm_name2id(const mjModel* m, int kind, const char* name) { return mujoco.mj_name2id(m, object(kind), name); }
const char* gm_id2name(const mjModel* m, int kind, int id) { return mujoco.mj_id2name(m, object(kind), id); }

int gm_contacts(const mjData* d) { return size_of(d, at.ncon); }

// The fields that mjSTATE_INTEGRATION names in MuJoCo 3, for releases before it.
#define STATE_FIELDS                                                                    \
  F(PLACE(double, d, at.time), 1) F(DATA(qpos), SIZE(nq)) F(DATA(qvel), SIZE(nv))       \
  F(DATA(act), SIZE(na)) F(DATA(qacc_warmstart), SIZE(nv)) F(DATA(ctrl), SIZE(nu))      \
  F(DATA(qfrc_applied), SIZE(nv)) F(DATA(xfrc_applied), 6*SIZE(nbody))                  \
  F(DATA(mocap_pos), 3*SIZE(nmocap)) F(DATA(mocap_quat), 4*SIZE(nmocap))                \
  F(DATA(userdata), SIZE(nuserdata))

int gm_state_size(const mjModel* m) {
  if (at.state) return mujoco.mj_stateSize(m, at.state);
  int n = 0;
  const mjData* d = NULL;
#define F(p, count) n += (count);
  STATE_FIELDS
#undef F
  (void)d;
  return n;
}

static void get_state(const mjModel* m, mjData* d, double* s) {
  if (at.state) {
    mujoco.mj_getState(m, d, s, at.state);
    return;
  }
#define F(p, n) s = append(s, p, n);
  STATE_FIELDS
#undef F
}

static void set_state(const mjModel* m, mjData* d, const double* s) {
  if (at.state) {
    mujoco.mj_setState(m, d, s, at.state);
    return;
  }
#define F(p, n) append(p, s, n), s += (n);
  STATE_FIELDS
#undef F
}

int gm_get_state(const mjModel* m, mjData* d, double* state, char* err, int nerr) {
  GUARD(GM_FAILED)
  get_state(m, d, state);
  UNGUARD
  return 0;
}

int gm_set_state(const mjModel* m, mjData* d, const double* state, char* err, int nerr) {
  GUARD(GM_FAILED)
  mujoco.mj_resetData(m, d);
  set_state(m, d, state);
  UNGUARD
  return 0;
}

int gm_geoms(const mjModel* m, mjData* d, double* pos, double* mat, char* err, int nerr) {
  GUARD(GM_FAILED)
  mujoco.mj_kinematics(m, d);
  append(pos, DATA(geom_xpos), 3*SIZE(ngeom));
  append(mat, DATA(geom_xmat), 9*SIZE(ngeom));
  UNGUARD
  return 0;
}
