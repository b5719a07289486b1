using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="StepCode"/>: the step and the gradients of Count elements.</summary>
internal struct StepArguments<TStep>
    where TStep : struct, IElementStep
{
    public TStep Step;
    public ArrayView<float> Gradient;
    public long Count;
}
