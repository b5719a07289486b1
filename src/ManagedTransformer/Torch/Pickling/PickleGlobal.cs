using ManagedTransformer.Tensors.Serialization;

namespace ManagedTransformer.Torch.Pickling;

/// <summary>A name that a checkpoint may refer to.</summary>
/// <param name="name">Module and name.</param>
/// <param name="kind">What it is used for.</param>
/// <param name="type">Of types of elements and storages, which.</param>
internal sealed class PickleGlobal(string name, GlobalKind kind, SafetensorsType type = default) : PickleValue
{
    /// <summary>Module and name.</summary>
    public string Name => name;

    /// <summary>What it is used for.</summary>
    public GlobalKind Kind => kind;

    /// <summary>Of types of elements and storages, which.</summary>
    public SafetensorsType Type => type;
}
