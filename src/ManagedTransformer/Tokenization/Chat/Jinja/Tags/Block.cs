using ManagedTransformer.Tokenization.Chat.Jinja.Expressions;
using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Tags;

/// <summary>Statements up to a tag that ends them.</summary>
/// <param name="Statements">The statements.</param>
/// <param name="End">The name of the tag that ends them.</param>
/// <param name="EndSymbols">What stands in that tag behind its name.</param>
internal sealed record Block(IReadOnlyList<Statement> Statements, string End, SymbolStream EndSymbols)
{
    /// <summary>Runs the statements, up to one that leaves a loop.</summary>
    public Flow Run(Machine machine)
    {
        foreach (Statement statement in Statements)
        {
            Flow flow = statement(machine);
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }

    /// <summary>What the statements write, in a scope of their own.</summary>
    public string Capture(Machine machine, Scope outer, Action? prepare = null) => machine.Capture(() => machine.Within(outer, () =>
    {
        prepare?.Invoke();
        return Run(machine);
    }));
}
