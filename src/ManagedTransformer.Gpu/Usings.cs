// ILGPU has a class of the same name.
global using Device = ManagedTransformer.Tensors.Device;
