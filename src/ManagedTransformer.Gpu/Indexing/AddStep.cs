using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>table += gradient.</summary>
internal struct AddStep : IElementStep
{
    public ArrayView<float> Table;

    public readonly void Apply(long place, float gradient) => Table[place] += gradient;
}
