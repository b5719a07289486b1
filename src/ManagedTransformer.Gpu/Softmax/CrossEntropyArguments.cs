using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="CrossEntropyCode"/>: Loss and Nll serve the forward, Scale and DX the backward direction.</summary>
internal struct CrossEntropyArguments
{
    public ArrayView<float> X, Loss, Nll, Scale, DX;

    /// <summary>[rows, 2]: the largest logit and the sum of exponentials.</summary>
    public ArrayView<float> Sums;

    public ArrayView<int> Targets;

    /// <summary>Takes the first target that is no class (<see cref="IndexReport"/>).</summary>
    public ArrayView<ulong> Error;

    public long Rows;
    public int Length, Ignored, HasNll, ScaleIsScalar;
    public float TargetWeight, ClassWeight;

    /// <summary>The logarithm of the threads that share a row.</summary>
    public int Bits;
}
