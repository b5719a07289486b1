using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>
/// What a forward pass must know besides its inputs: whether dropout is on, where its random numbers come from, and who observes it.
/// </summary>
public sealed class ForwardContext
{
    private ForwardContext(RandomSource? random, IForwardObserver? observer)
    {
        Random = random;
        Observer = observer;
    }

    /// <summary>Evaluation: no dropout, running statistics as they are.</summary>
    public static ForwardContext Inference { get; } = new(null, null);

    /// <summary>Whether this is a training pass.</summary>
    public bool IsTraining => Random is not null;

    /// <summary>The source of dropout keys; null at inference.</summary>
    public RandomSource? Random { get; }

    /// <summary>Told what the parts of the model choose; null for nobody.</summary>
    public IForwardObserver? Observer { get; }

    /// <summary>A training pass.</summary>
    /// <param name="random">The source of dropout keys, moved to the training step at hand.</param>
    public static ForwardContext Training(RandomSource random) => new(random, null);

    /// <summary>An evaluation pass that somebody observes.</summary>
    /// <param name="observer">Told what the parts of the model choose.</param>
    public static ForwardContext Observed(IForwardObserver observer) => new(null, observer);

    /// <summary>Dropout in training, nothing at inference.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="probability">In [0, 1).</param>
    public Tensor Dropout(Tensor x, float probability) =>
        Random is null || probability == 0 ? x : x.Dropout(probability, Random.NextKey());
}
