using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>
/// Everything that a forward pass must know besides its inputs: dropout and where its random numbers come from, who observes the pass, and
/// who collects what parts add to the loss.
/// </summary>
public sealed class ForwardContext
{
    private ForwardContext(RandomSource? random, IForwardObserver? observer, Penalties? penalties) =>
        (Random, Observer, Penalties) = (random, observer, penalties);

    /// <summary>Evaluation: no dropout, running statistics as they are.</summary>
    public static ForwardContext Inference { get; } = new(null, null, null);

    /// <summary>Whether this is a training pass.</summary>
    public bool IsTraining => Random is not null;

    /// <summary>The source of dropout keys; null at inference.</summary>
    public RandomSource? Random { get; }

    /// <summary>Told what the parts of the model choose; null for nobody.</summary>
    public IForwardObserver? Observer { get; }

    /// <summary>Collects what parts add to the training loss; null where there is no loss.</summary>
    public Penalties? Penalties { get; }

    /// <summary>A training pass.</summary>
    /// <param name="random">The source of dropout keys, moved to the training step at hand.</param>
    public static ForwardContext Training(RandomSource random) => new(random, null, null);

    /// <summary>An evaluation pass that somebody observes.</summary>
    /// <param name="observer">Told what the parts of the model choose.</param>
    public static ForwardContext Observed(IForwardObserver observer) => new(null, observer, null);

    /// <summary>The same pass, whose parts may add to the loss.</summary>
    /// <param name="penalties">Collects what they add.</param>
    public ForwardContext Collecting(Penalties penalties) => new(Random, Observer, penalties);

    /// <summary>Dropout in training, nothing at inference.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="probability">In [0, 1).</param>
    public Tensor Dropout(Tensor x, float probability) =>
        Random is null || probability == 0 ? x : x.Dropout(probability, Random.NextKey());
}
