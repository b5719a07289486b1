namespace ManagedTransformer.Modules;

/// <summary>Receives what the parts of a model choose during a forward pass, such as which memory slots they read.</summary>
public interface IForwardObserver
{
    /// <summary>A part made a choice.</summary>
    /// <param name="part">The part, for instance an attention layer.</param>
    /// <param name="choice">The choice, of a type that belongs to the part.</param>
    void Observe(Module part, object choice);
}
