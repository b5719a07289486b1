namespace ManagedTransformer.Checkpoints;

/// <summary>What the manifest of a checkpoint says about one file.</summary>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">The SHA-256 of its content, in lower-case hexadecimal digits.</param>
internal sealed record CheckpointFile(long Bytes, string Sha256);
