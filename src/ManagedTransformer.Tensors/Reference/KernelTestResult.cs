namespace ManagedTransformer.Tensors.Reference;

/// <summary>Result of one case of the self-test.</summary>
/// <param name="Kernel">The kernel's name.</param>
/// <param name="Case">Subject of the case.</param>
/// <param name="Passed">True if every result lies within its tolerance.</param>
/// <param name="Error">The largest error relative to its tolerance.</param>
/// <param name="Description">Place of that error.</param>
public sealed record KernelTestResult(string Kernel, string Case, bool Passed, double Error, string Description);
