package mujoco

// Field names a result of a step that is copied out of MuJoCo for those who
// ask NewSim for it; the names are those of mjData.
type Field int

// The fields. Like XPos they lag QPos by the last stage of a Runge-Kutta step.
const (
	XIPos          Field = iota // centres of mass of the bodies, 3 numbers each
	XQuat                       // orientations of the bodies, 4 each
	SiteXPos                    // places of the sites, 3 each
	CInert                      // inertias about the robot's centre of mass, 10 a body
	CVel                        // velocities about the robot's centre of mass, 6 a body: angular, linear
	QFrcActuator                // forces of the motors, one a degree of freedom
	QFrcConstraint              // forces of the constraints, one a degree of freedom
	SensorData                  // outputs of the sensors, one after the other
)

// Kind is a kind of named parts of a model; its value is its name in MJCF.
type Kind string

// The kinds that tasks look up.
const (
	Body     Kind = "body"
	Joint    Kind = "joint"
	Geom     Kind = "geom"
	Site     Kind = "site"
	Actuator Kind = "actuator"
	Sensor   Kind = "sensor"
)
