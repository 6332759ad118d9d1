// Package snn is the spiking actor network.
package snn
