using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Functions;

/// <summary>A filter, test, method or function as a table has it.</summary>
/// <param name="Run">Computes it of a value, or of the object of a method.</param>
/// <param name="Least">How many arguments it needs.</param>
/// <param name="Parameters">Their names; null where any may be given.</param>
internal sealed record Operation(Func<Machine, object?, Arguments, object?> Run, int Least, IReadOnlyList<string>? Parameters)
{
    /// <summary>One that needs all of its arguments.</summary>
    public static Operation Of(Func<Machine, object?, Arguments, object?> run, params string[] parameters) =>
        new(run, parameters.Length, parameters);

    /// <summary>One whose arguments may be left out.</summary>
    public static Operation Maybe(Func<Machine, object?, Arguments, object?> run, int least, params string[] parameters) =>
        new(run, least, parameters);

    /// <summary>One that looks at its arguments itself.</summary>
    public static Operation Any(Func<Machine, object?, Arguments, object?> run) => new(run, 0, null);

    /// <summary>Computes it.</summary>
    public object? Apply(Machine machine, object? value, Arguments arguments) =>
        Run(machine, value, Parameters is null ? arguments : arguments.Bind(Least, Parameters));
}
