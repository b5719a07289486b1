namespace ManagedTransformer.Checkpoints;

/// <summary>The model that an adapter saved alone belongs to.</summary>
/// <param name="Path">Where the model was when the adapter was made.</param>
/// <param name="Sha256">Checksum of the model's weights, whatever the format of its folder, in hexadecimal digits.</param>
public sealed record AdapterBase(string Path, string Sha256);
