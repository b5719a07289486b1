using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Tags;

/// <summary>Writes, or sets variables.</summary>
/// <param name="machine">Where to.</param>
internal delegate Flow Statement(Machine machine);
