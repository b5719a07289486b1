namespace ManagedTransformer.Torch.Pickling;

/// <summary>A value of a pickle: an atom, sequence, dictionary, record, tensor, storage, name or opaque value.</summary>
internal abstract class PickleValue
{
    /// <summary>How deep containers stand in one another, 1 for what is no container, at the time when they were filled.</summary>
    public virtual int Depth => 1;
}
