namespace ManagedTransformer.Fuzz;

/// <summary>A file that a reader does not treat as it should.</summary>
/// <param name="Target">The reader.</param>
/// <param name="Index">Which of the changed files it is.</param>
/// <param name="Bytes">The file.</param>
/// <param name="Reason">What happened, with the stack of an exception.</param>
internal sealed record FuzzFind(FuzzTarget Target, int Index, byte[] Bytes, string Reason);
