namespace ManagedTransformer.Tokenization.Chat.Jinja;

/// <summary>
/// Computes a value: a string, a long, a bool, null, a list, a mapping, a <see cref="Namespace"/> or <see cref="Undefined"/>.
/// </summary>
/// <param name="machine">The variables.</param>
internal delegate object? Expression(Machine machine);
