"""The sizes of an update, as `gomdcsan bench` has them."""

TASKS = {  # observations, of which constant zero, actions
    "Ant-v3": (111, 84, 8),
    "HalfCheetah-v3": (17, 0, 6),
    "Walker2d-v3": (17, 0, 6),
    "Hopper-v3": (11, 0, 3),
}
ACTORS = ("mdcsan", "lif", "popdan", "dan")
THETA = (-0.172, 0.529, 0.021, 0.132)
BATCH, T, POP, HIDDEN = 100, 5, 10, 256
