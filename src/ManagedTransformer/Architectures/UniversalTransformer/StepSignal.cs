namespace ManagedTransformer.Architectures.UniversalTransformer;

/// <summary>How the shared layer is told which step it makes.</summary>
public enum StepSignal
{
    /// <summary>A trained vector per step, multiplied by sqrt(D) like a token embedding.</summary>
    Learned,

    /// <summary>Row i of the table of sinusoids, as for positions.</summary>
    Sinusoid,
}
