//go:build mujoco

#include "shim.h"
#include <dlfcn.h>
#include <mujoco/mjxmacro.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The functions that are called; the library is opened at run time, so that a
// program without it starts and can say so.
#define GM_COMMON(F)                                                           \
  F(mj_version) F(mj_loadXML) F(mj_defaultVFS) F(mj_deleteVFS) F(mj_makeData)  \
  F(mj_deleteData) F(mj_deleteModel) F(mj_resetData) F(mj_forward) F(mj_step)  \
  F(mj_rnePostConstraint) F(mj_kinematics) F(mj_name2id) F(mj_id2name)
#if mjVERSION_HEADER >= 300
#define GM_FUNCTIONS(F) \
  GM_COMMON(F) F(mj_addBufferVFS) F(mj_normalizeQuat) F(mj_stateSize) F(mj_getState) F(mj_setState)
#else
#define GM_FUNCTIONS(F) GM_COMMON(F) F(mj_makeEmptyFileVFS)
#endif

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

// What the library offers, found by gm_open.
struct functions {
#define F(name) __typeof__(name)* name;
  GM_FUNCTIONS(F)
#undef F
};
static struct functions mujoco;
static void* opened;

// find looks up a symbol, or says which one is missing.
static void* find(void* library, const char* name, char* err, int nerr) {
  void* found = dlsym(library, name);
  if (!found) snprintf(err, nerr, "it has no %s", name);
  return found;
}

static int bind(void* library, char* err, int nerr) {
  struct functions all;
#define F(name) \
  if (!(*(void**)&all.name = find(library, #name, err, nerr))) return GM_FAILED;
  GM_FUNCTIONS(F)
#undef F
  void (**error)(const char*) = find(library, "mju_user_error", err, nerr);
  void (**warning)(const char*) = find(library, "mju_user_warning", err, nerr);
  if (!error || !warning) return GM_FAILED;
  *error = on_error;
  *warning = on_warning;
  mujoco = all;
  return 0;
}

int gm_open(const char* name, char* err, int nerr) {
  void* library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    snprintf(err, nerr, "%s", dlerror());
    return GM_FAILED;
  }
  if (bind(library, err, nerr)) {
    dlclose(library);
    return GM_FAILED;
  }
  opened = library;
  return 0;
}

void gm_delete_model(mjModel* m) { mujoco.mj_deleteModel(m); }
void gm_delete_data(mjData* d) { mujoco.mj_deleteData(d); }

int gm_version(void) { return opened ? mujoco.mj_version() : 0; }
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
  int failed = mujoco.mj_addBufferVFS(vfs, "model.xml", xml, n);
#else
  int failed = mujoco.mj_makeEmptyFileVFS(vfs, "model.xml", n);
  if (!failed) memcpy(vfs->filedata[vfs->nfile - 1], xml, n);
#endif
  mjModel* m = NULL;
  if (failed)
    snprintf(err, nerr, "the model does not fit into the virtual file system (code %d)", failed);
  else
    m = mujoco.mj_loadXML("model.xml", vfs, err, nerr);
  UNGUARD
  return m;
}

mjModel* gm_load(const char* xml, int n, char* err, int nerr) {
  mjVFS* vfs = malloc(sizeof *vfs);  // 2 MB in MuJoCo 2: not for the stack
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
  COPY_ARRAY("nmesh", 1, &m->nmesh)
  COPY_ARRAY("na", 1, &m->na)
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

int gm_reset(const mjModel* m, mjData* d, double* io, int normalise, char* err, int nerr) {
  GUARD(GM_FAILED)
  mujoco.mj_resetData(m, d);
  memcpy(d->qpos, io + m->nu, m->nq*sizeof(double));
  memcpy(d->qvel, io + m->nu + m->nq, m->nv*sizeof(double));
#if mjVERSION_HEADER >= 300
  if (normalise) mujoco.mj_normalizeQuat(m, d->qpos);  // late releases of 3 no longer do it in mj_forward
#endif
  mujoco.mj_forward(m, d);  // warm-starts the solver; in 2.2.2 normalises quaternions too
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

#define COPY_FIELD(id, count, field)                            \
  case id:                                                       \
    if (out) memcpy(out, d->field, (count)*sizeof(double));      \
    return (int)(count);

int gm_field(const mjModel* m, const mjData* d, int field, double* out) {
  switch (field) {
    COPY_FIELD(GM_XIPOS, 3*m->nbody, xipos)
    COPY_FIELD(GM_XQUAT, 4*m->nbody, xquat)
    COPY_FIELD(GM_SITE_XPOS, 3*m->nsite, site_xpos)
    COPY_FIELD(GM_CINERT, 10*m->nbody, cinert)
    COPY_FIELD(GM_CVEL, 6*m->nbody, cvel)
    COPY_FIELD(GM_QFRC_ACTUATOR, m->nv, qfrc_actuator)
    COPY_FIELD(GM_QFRC_CONSTRAINT, m->nv, qfrc_constraint)
    COPY_FIELD(GM_SENSORDATA, m->nsensordata, sensordata)
  }
  return GM_FAILED;
}

int gm_name2id(const mjModel* m, int kind, const char* name) { return mujoco.mj_name2id(m, kind, name); }
const char* gm_id2name(const mjModel* m, int kind, int id) { return mujoco.mj_id2name(m, kind, id); }

int gm_contacts(const mjData* d) { return (int)d->ncon; }

#if mjVERSION_HEADER >= 300

int gm_state_size(const mjModel* m) { return (int)mujoco.mj_stateSize(m, mjSTATE_INTEGRATION); }

static void get_state(const mjModel* m, mjData* d, double* s) { mujoco.mj_getState(m, d, s, mjSTATE_INTEGRATION); }
static void set_state(const mjModel* m, mjData* d, const double* s) { mujoco.mj_setState(m, d, s, mjSTATE_INTEGRATION); }

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
  mujoco.mj_resetData(m, d);
  set_state(m, d, state);
  UNGUARD
  return 0;
}

int gm_geoms(const mjModel* m, mjData* d, double* pos, double* mat, char* err, int nerr) {
  GUARD(GM_FAILED)
  mujoco.mj_kinematics(m, d);
  memcpy(pos, d->geom_xpos, 3*m->ngeom*sizeof(double));
  memcpy(mat, d->geom_xmat, 9*m->ngeom*sizeof(double));
  UNGUARD
  return 0;
}
