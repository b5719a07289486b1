namespace ManagedTransformer.Tensors;

/// <summary>Ways in which label smoothing spreads the mass epsilon.</summary>
public enum LabelSmoothing
{
    /// <summary>The target keeps 1 - epsilon, every other class gets epsilon / (V - 1).</summary>
    SpreadOthers,

    /// <summary>Every class, the target included, gets epsilon / V on top of the target's 1 - epsilon.</summary>
    SpreadAll,
}
