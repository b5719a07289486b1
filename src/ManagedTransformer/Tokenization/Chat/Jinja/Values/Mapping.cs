namespace ManagedTransformer.Tokenization.Chat.Jinja.Values;

/// <summary>Values by their names, in the order in which they were added.</summary>
internal sealed class Mapping() : Dictionary<string, object?>(StringComparer.Ordinal);
