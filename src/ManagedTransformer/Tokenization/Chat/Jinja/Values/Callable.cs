namespace ManagedTransformer.Tokenization.Chat.Jinja.Values;

/// <summary>A value that can be called: a function, a method together with its object, or a macro.</summary>
/// <param name="Name">What messages call it, for instance <c>the method 'split'</c>.</param>
/// <param name="Call">Calls it.</param>
internal sealed record Callable(string Name, Func<Machine, Arguments, object?> Call);
