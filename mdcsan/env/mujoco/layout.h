// What the shim reads of MuJoCo's structs, as lists that the generator of the
// tables (layoutgen) and the shim share.
#ifndef GOMDCSAN_LAYOUT_H
#define GOMDCSAN_LAYOUT_H

// Sizes and options of a model.
#define GM_SIZES(X)                                                             \
  X(nq) X(nv) X(nu) X(na) X(nbody) X(njnt) X(ngeom) X(nsite) X(nmesh)           \
  X(nmeshvert) X(nmeshface) X(nmat) X(nsensor) X(nsensordata) X(nmocap)         \
  X(nuserdata) X(nactuator) X(nout) X(nbuffer)
#define GM_OPTIONS(X) X(timestep) X(integrator)

// Arrays of a model: name, rows, numbers in a row.
#define GM_ARRAYS(X)                                                            \
  X(qpos0, nq, 1) X(body_parentid, nbody, 1) X(body_pos, nbody, 3)              \
  X(body_ipos, nbody, 3) X(body_iquat, nbody, 4) X(body_mass, nbody, 1)         \
  X(body_inertia, nbody, 3) X(body_invweight0, nbody, 2) X(jnt_type, njnt, 1)   \
  X(jnt_qposadr, njnt, 1) X(jnt_dofadr, njnt, 1) X(jnt_limited, njnt, 1)        \
  X(jnt_solref, njnt, 2) X(jnt_solimp, njnt, 5) X(jnt_pos, njnt, 3)             \
  X(jnt_axis, njnt, 3) X(jnt_stiffness, njnt, 1) X(jnt_range, njnt, 2)          \
  X(dof_armature, nv, 1) X(dof_damping, nv, 1) X(dof_invweight0, nv, 1)         \
  X(geom_type, ngeom, 1) X(geom_contype, ngeom, 1)                              \
  X(geom_conaffinity, ngeom, 1) X(geom_condim, ngeom, 1)                        \
  X(geom_bodyid, ngeom, 1) X(geom_dataid, ngeom, 1) X(geom_matid, ngeom, 1)     \
  X(geom_group, ngeom, 1) X(geom_solref, ngeom, 2) X(geom_solimp, ngeom, 5)     \
  X(geom_size, ngeom, 3) X(geom_pos, ngeom, 3) X(geom_quat, ngeom, 4)           \
  X(geom_friction, ngeom, 3) X(geom_margin, ngeom, 1) X(geom_rgba, ngeom, 4)    \
  X(mesh_vertadr, nmesh, 1) X(mesh_faceadr, nmesh, 1) X(mesh_facenum, nmesh, 1) \
  X(mesh_vert, nmeshvert, 3) X(mesh_face, nmeshface, 3) X(mat_rgba, nmat, 4)    \
  X(actuator_trnid, nactuator, 2) X(actuator_ctrllimited, nu, 1)                \
  X(actuator_ctrlrange, nu, 2) X(actuator_gear, nout, 6)                        \
  X(sensor_dim, nsensor, 1) X(sensor_adr, nsensor, 1)

// Arrays of a simulation, all of mjtNum.
#define GM_RESULTS(X)                                                           \
  X(qpos) X(qvel) X(act) X(ctrl) X(qacc_warmstart) X(qfrc_applied)              \
  X(xfrc_applied) X(mocap_pos) X(mocap_quat) X(userdata) X(xpos) X(xquat)       \
  X(xipos) X(site_xpos) X(geom_xpos) X(geom_xmat) X(cinert) X(cvel)             \
  X(cfrc_ext) X(qfrc_actuator) X(qfrc_constraint) X(sensordata)

// MuJoCo's numbers of kinds of parts and of warnings, in the order of ours.
#define GM_KINDS(X) X(BODY) X(JOINT) X(GEOM) X(SITE) X(ACTUATOR) X(SENSOR)
#define GM_WARNINGS(X)                                                          \
  X(INERTIA) X(CONTACTFULL) X(CNSTRFULL) X(BADQPOS) X(BADQVEL) X(BADQACC) X(BADCTRL)

// A place in a struct: how many bytes from its start, and what is there:
// d(ouble), f(loat), i(nt), l(ong: 8 bytes), b(yte).
struct place { int at; char kind; };

// The layout of a release and, until the next one in the table, of those after it.
struct layout {
  int version;  // 1000000*major + 1000*minor + patch
#define X(name) struct place name;
  GM_SIZES(X)
  GM_OPTIONS(X)
#undef X
#define X(name, rows, columns) struct place name;
  GM_ARRAYS(X)
#undef X
  int model_buffer, data_buffer;  // where the arrays are
  struct place data_nbuffer;
#define X(name) int name;
  GM_RESULTS(X)
#undef X
  int time, warning, warning_size, warning_number;  // of mjData, mjWarningStat
  struct place ncon;
#define X(name) int obj_##name;
  GM_KINDS(X)
#undef X
#define X(name) int warn_##name;
  GM_WARNINGS(X)
#undef X
  int state;                            // mjSTATE_INTEGRATION, 0: there is no mj_getState
  int vfs_size, vfs_nfile, vfs_filedata;  // mjVFS, of which 2 shows the fields
};
#endif
