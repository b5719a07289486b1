using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Expressions;

/// <summary>
/// Computes a value: a string, a long, a double, a bool, null, a <see cref="Sequence"/>, a <see cref="Mapping"/>, a
/// <see cref="Callable"/>, a <see cref="Namespace"/>, a <see cref="LoopState"/> or <see cref="Undefined"/>.
/// </summary>
/// <param name="machine">The variables.</param>
internal delegate object? Expression(Machine machine);
