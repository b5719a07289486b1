namespace ManagedTransformer.Tokenization.Chat.Jinja;

/// <summary>Writes, or sets variables.</summary>
/// <param name="machine">Where to.</param>
internal delegate Flow Statement(Machine machine);
