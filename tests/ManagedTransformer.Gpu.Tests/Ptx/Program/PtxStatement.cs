namespace ManagedTransformer.Gpu.Tests;

/// <summary>One instruction as written.</summary>
/// <param name="Text">All of it, for messages.</param>
/// <param name="Guard">The predicate before it, or none.</param>
/// <param name="GuardIsNegated">Whether the predicate must be false.</param>
/// <param name="Parts">The operation, cut at its dots.</param>
/// <param name="Operands">Registers, numbers, names, <c>[addresses]</c> and <c>{lists}</c>.</param>
/// <param name="Scope">Where its names are looked up.</param>
internal sealed record PtxStatement(string Text, string? Guard, bool GuardIsNegated, string[] Parts, string[] Operands, PtxScope Scope)
{
    public string Name => Parts[0];

    /// <summary>The last type among the operation's parts.</summary>
    public PtxType Type => PtxType.Parse(Parts[^1]);

    public bool Has(string part) => Array.IndexOf(Parts, part) > 0;

    public static PtxStatement Parse(string text, PtxScope scope)
    {
        string rest = text;
        string? guard = null;
        bool negated = false;
        if (rest[0] == '@')
        {
            negated = rest[1] == '!';
            int end = rest.AsSpan().IndexOfAny(' ', '\t');
            guard = rest[(negated ? 2 : 1)..end];
            rest = rest[end..].TrimStart();
        }

        int space = rest.AsSpan().IndexOfAny(' ', '\t', '\n');
        string operation = space < 0 ? rest : rest[..space];
        string[] operands = space < 0 ? [] : SplitOperands(rest[space..]);
        return new PtxStatement(text, guard, negated, operation.Split('.'), operands, scope);
    }

    /// <summary>The members of a list; one operand alone is a list of one.</summary>
    public static string[] Members(string operand) =>
        [.. operand.Trim('{', '}').Split(',').Select(member => member.Trim())];

    private static string[] SplitOperands(string text)
    {
        List<string> operands = [];
        int depth = 0, start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += text[i] is '{' or '[' ? 1 : text[i] is '}' or ']' ? -1 : 0;
            if (text[i] == ',' && depth == 0)
            {
                operands.Add(text[start..i].Trim());
                start = i + 1;
            }
        }

        operands.Add(text[start..].Trim());
        return [.. operands];
    }
}
