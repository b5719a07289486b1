using ManagedTransformer.Tensors.Serialization;

namespace ManagedTransformer.Torch.Storages;

/// <summary>
/// The types of elements of PyTorch's files, which are those of safetensors files; <see cref="SafetensorsType.Other"/> are the bytes of
/// a storage whose tensors say what they are.
/// </summary>
internal static class TorchTypes
{
    /// <summary>All types that a tensor can have.</summary>
    public static IEnumerable<SafetensorsType> All =>
        Enum.GetValues<SafetensorsType>().Where(type => type != SafetensorsType.Other);

    /// <summary>Bytes of an element.</summary>
    public static int Size(this SafetensorsType type) => type switch
    {
        SafetensorsType.Float64 or SafetensorsType.Int64 => 8,
        SafetensorsType.Float32 or SafetensorsType.Int32 => 4,
        SafetensorsType.Float16 or SafetensorsType.BFloat16 or SafetensorsType.Int16 => 2,
        _ => 1,
    };

    /// <summary>Whether elements are floating-point numbers.</summary>
    public static bool IsFloat(this SafetensorsType type) => type < SafetensorsType.Int64;

    /// <summary>The name that PyTorch gives the type, without <c>torch.</c></summary>
    public static string Name(this SafetensorsType type) => type switch
    {
        SafetensorsType.Boolean => "bool",
        SafetensorsType.Other => "bytes",
        _ => type.ToString().ToLowerInvariant(),
    };
}
