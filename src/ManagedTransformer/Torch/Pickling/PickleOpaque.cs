namespace ManagedTransformer.Torch.Pickling;

/// <summary>Something that is let pass and never looked at.</summary>
/// <param name="name">The class that the file names.</param>
internal sealed class PickleOpaque(string name) : PickleValue
{
    /// <summary>The class that the file names.</summary>
    public string Name => name;
}
