using ManagedTransformer.Tokenization.Chat.Jinja.Expressions;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Tags;

/// <summary>Reads a tag, and the block that it opens where it opens one.</summary>
/// <param name="blocks">Where its block stands.</param>
/// <param name="symbols">What stands in the tag behind its name.</param>
/// <param name="line">Where the tag stands.</param>
internal delegate Statement TagReader(BlockParser blocks, SymbolStream symbols, int line);
