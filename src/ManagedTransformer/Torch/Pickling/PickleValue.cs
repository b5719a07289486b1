namespace ManagedTransformer.Torch.Pickling;

/// <summary>A value of a pickle. There are these: atoms, sequences, dictionaries, records, tensors, storages, names and opaque ones.</summary>
internal abstract class PickleValue
{
    /// <summary>How deep containers stand in one another, 1 for what is no container, at the time when they were filled.</summary>
    public virtual int Depth => 1;
}
