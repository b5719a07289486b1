namespace ManagedTransformer.Tensors.Kernels;

/// <summary>The exception that every device throws for an index outside its axis.</summary>
internal static class IndexFault
{
    // The operators' names of these arguments.
    private static readonly string _indices = "indices", _targets = "targets";

    /// <summary>An index that is not one.</summary>
    public static ArgumentOutOfRangeException Index(string operation, long position, int index, int size) =>
        new(_indices, $"{operation}: index {index} at position {position} is outside 0 to {size - 1}.");

    /// <summary>A target that is no class.</summary>
    public static ArgumentOutOfRangeException Target(long row, int target, int classes, int ignored) =>
        new(_targets,
            $"Cross-entropy: target {target} of row {row} is outside 0 to {classes - 1} and is not the ignored target {ignored}.");
}
