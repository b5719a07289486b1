namespace ManagedTransformer.Tensors.Serialization;

/// <summary>A parameter and the tensor of a file that holds its values.</summary>
/// <param name="Parameter">Of the tensor's shape.</param>
/// <param name="File">The file, open.</param>
/// <param name="Name">The tensor.</param>
/// <param name="IsMatrix">Whether linear maps and lookups alone read it, so that it may be stored in another type than Float32.</param>
public sealed record StoredParameter(Parameter Parameter, SafetensorsFile File, string Name, bool IsMatrix);
