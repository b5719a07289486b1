namespace ManagedTransformer.Tensors;

/// <summary>Says if causal linear attention also returns the state behind the last position.</summary>
public enum FinalState
{
    /// <summary>It is not wanted.</summary>
    None,

    /// <summary>Its values, through which no gradient flows.</summary>
    Detached,

    /// <summary>Gradients flow back through it.</summary>
    Differentiable,
}
