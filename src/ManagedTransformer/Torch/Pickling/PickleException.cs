namespace ManagedTransformer.Torch.Pickling;

/// <summary>Something in a pickle that is refused. The machine adds where it stands.</summary>
/// <param name="message">What, without a full stop.</param>
internal sealed class PickleException(string message) : Exception(message)
{
    /// <summary>Whether the message is a sentence of its own; otherwise it says how the pickle is damaged.</summary>
    public bool IsWholeSentence { get; init; }
}
