namespace ManagedTransformer.Architectures.UniversalTransformer;

/// <summary>How the states of the steps become the output.</summary>
public enum HaltingAccumulation
{
    /// <summary>out = w z + (1 - w) out: every step fades the ones before it (the Universal Transformer's code).</summary>
    Basic,

    /// <summary>out = w z + out: the mean of the states, weighted with w (Graves, 2016).</summary>
    Accumulated,
}
