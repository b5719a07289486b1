namespace ManagedTransformer.Tensors.Reference;

/// <summary>Result of comparing a device with the reference.</summary>
/// <param name="Error">The largest error relative to its tolerance; the case is passed up to 1.</param>
/// <param name="Description">Place of that error, in one line.</param>
internal readonly record struct KernelCheck(double Error, string Description)
{
    public bool Passed => Error <= 1;
}
