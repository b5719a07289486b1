namespace ManagedTransformer.Torch.Storages;

/// <summary>What types of elements are like.</summary>
internal static class TorchTypeExtensions
{
    /// <summary>Bytes of an element.</summary>
    public static int Size(this TorchType type) => type switch
    {
        TorchType.Float64 or TorchType.Int64 => 8,
        TorchType.Float32 or TorchType.Int32 => 4,
        TorchType.Float16 or TorchType.BFloat16 or TorchType.Int16 => 2,
        _ => 1,
    };

    /// <summary>Whether elements are floating-point numbers.</summary>
    public static bool IsFloat(this TorchType type) => type <= TorchType.BFloat16;

    /// <summary>The name that PyTorch gives the type, without <c>torch.</c></summary>
    public static string Name(this TorchType type) => type switch
    {
        TorchType.Boolean => "bool",
        TorchType.Untyped => "bytes",
        _ => type.ToString().ToLowerInvariant(),
    };
}
