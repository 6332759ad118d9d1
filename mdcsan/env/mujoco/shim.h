// The C side of the binding: every function returns, whatever MuJoCo does.
#ifndef GOMDCSAN_SHIM_H
#define GOMDCSAN_SHIM_H

// MuJoCo's structs, of which the shim knows places by version (layout.h) and
// nobody else anything.
typedef struct { char opaque; } mjModel;
typedef struct { char opaque; } mjData;

enum { GM_FAILED = -1 };  // the error text is in err

// Opens the library and sets its handlers of errors and warnings. Everything
// else needs this first. GM_UNKNOWN: a release that the tables do not know, whose
// version is in *version.
enum { GM_UNKNOWN = -2 };
int gm_open(const char* name, int* version, char* err, int nerr);

// Whether the pointers that the layout finds in m and d are places in their buffers.
int gm_plausible(const mjModel* m, const mjData* d);

int gm_version(void);  // of the library: 1000000*major + 1000*minor + patch; 0 before it is opened
int gm_oldest(void);   // of the releases that the tables know
int gm_newest(void);

mjModel* gm_load(const char* xml, int n, char* err, int nerr);
mjModel* gm_load_file(const char* path, char* err, int nerr);  // which may include others
mjData* gm_make_data(const mjModel* m, char* err, int nerr);
void gm_delete_model(mjModel* m);
void gm_delete_data(mjData* d);

// Number of values of a named mjModel array, or of a size ("nq", "nbody", ...),
// "timestep" or "integrator"; copied into out as far as cap goes. GM_FAILED: no such array.
int gm_array(const mjModel* m, const char* name, double* out, int cap);

// io is one block: ctrl[nu] qpos[nq] qvel[nv] xpos[3 nbody] cfrc_ext[6 nbody].
// gm_reset reads qpos and qvel from it, gm_step ctrl; both write all the rest.
// The result is a mask with a bit per warning below, or GM_FAILED.
enum {
  GM_INERTIA, GM_CONTACTFULL, GM_CNSTRFULL, GM_BADQPOS, GM_BADQVEL, GM_BADQACC, GM_BADCTRL
};
int gm_reset(const mjModel* m, mjData* d, double* io, int normalise, char* err, int nerr);
int gm_step(const mjModel* m, mjData* d, double* io, int n, int rne, char* err, int nerr);

// Further results of the last call, in the order of Field in fields.go: copied
// into out unless it is NULL; the number of values, or GM_FAILED.
enum {
  GM_XIPOS, GM_XQUAT, GM_SITE_XPOS, GM_CINERT, GM_CVEL,
  GM_QFRC_ACTUATOR, GM_QFRC_CONSTRAINT, GM_SENSORDATA
};
int gm_field(const mjModel* m, const mjData* d, int field, double* out);

// Kinds of parts, names of a kind and numbers of names; no such name: -1, no such part or no name: NULL.
enum { GM_BODY, GM_JOINT, GM_GEOM, GM_SITE, GM_ACTUATOR, GM_SENSOR };
int gm_name2id(const mjModel* m, int kind, const char* name);
const char* gm_id2name(const mjModel* m, int kind, int id);

// For a test that provokes an error inside: sets the integrator, returns the one before.
int gm_set_integrator(mjModel* m, int integrator);

// Number of contacts after the last call.
int gm_contacts(const mjData* d);

// All that decides the next step.
int gm_state_size(const mjModel* m);
int gm_get_state(const mjModel* m, mjData* d, double* state, char* err, int nerr);
int gm_set_state(const mjModel* m, mjData* d, const double* state, char* err, int nerr);

// Geom centres and rotation matrices of the pose in d's qpos, for tests of the
// kinematics: pos[3 ngeom], mat[9 ngeom].
int gm_geoms(const mjModel* m, mjData* d, double* pos, double* mat, char* err, int nerr);
#endif
