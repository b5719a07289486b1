using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="StepCode"/> takes.</summary>
internal struct StepArguments<TStep>
    where TStep : struct, IElementStep
{
    public TStep Step;
    public ArrayView<float> Gradient;
    public long Count;
}
