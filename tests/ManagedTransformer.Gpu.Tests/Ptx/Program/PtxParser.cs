using System.Globalization;
using System.Text.RegularExpressions;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>Reads the PTX of one kernel: what ILGPU emits, and what kernels add by inline assembly.</summary>
internal sealed partial class PtxParser
{
    private const string BranchTargets = ".branchtargets ";
    private readonly List<PtxStatement> _statements = [];
    private readonly PtxLayout _parameters = new(), _shared = new(), _local = new();
    private PtxScope _scope = new(null);
    private string _label = "";
    private int _registers;

    public static PtxModule Parse(string text)
    {
        text = Comments().Replace(text, " ");

        // A function that became one instruction wherever it was called still stands before the kernel.
        if (Call().IsMatch(text))
        {
            throw new PtxFault("the kernel calls a function that was not inlined; the interpreter knows no calls");
        }

        Match entry = Entry().Match(text);
        if (!entry.Success)
        {
            throw new PtxFault("there is no .entry in the text");
        }

        var parser = new PtxParser();
        int headerEnd = text.IndexOf(')', entry.Index), bodyStart = text.IndexOf('{', headerEnd) + 1;
        parser.ReadParameters(text[entry.Index..headerEnd]);
        parser.ReadBody(text, bodyStart);
        parser.ReadDynamicShared(text[..entry.Index]);
        return new PtxModule
        {
            Name = entry.Groups[1].Value,
            Statements = parser._statements,
            Parameters = parser._parameters.Offsets,
            Shared = parser._shared.Offsets,
            Local = parser._local.Offsets,
            ParameterBytes = parser._parameters.Bytes,
            SharedBytes = parser._shared.Bytes,
            LocalBytes = parser._local.Bytes,
            RegisterCount = parser._registers,
        };
    }

    private void ReadParameters(string header)
    {
        foreach (Match match in Variable().Matches(header))
        {
            Place(_parameters, match);
        }
    }

    // The dynamic part lies behind everything static, aligned as declared and no better.
    private void ReadDynamicShared(string preamble)
    {
        foreach (Match match in Variable().Matches(preamble))
        {
            if (match.Groups["space"].Value == "shared")
            {
                Place(_shared, match);
            }
        }
    }

    private static void Place(PtxLayout layout, Match match)
    {
        PtxType type = PtxType.Parse(match.Groups["type"].Value);
        int count = !match.Groups["array"].Success ? 1 : match.Groups["count"].Length == 0 ? 0 : Number(match.Groups["count"].Value);
        int alignment = match.Groups["align"].Success ? Number(match.Groups["align"].Value) : type.Bytes;
        layout.Add(match.Groups["name"].Value, type.Bytes * count, alignment);
    }

    private void ReadBody(string text, int position)
    {
        int depth = 0, start = position;
        for (int i = position; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '{' when Begins():
                    _scope = new PtxScope(_scope);
                    (depth, start) = (depth + 1, i + 1);
                    break;
                case '}' when Begins():
                    if (depth-- == 0)
                    {
                        return;
                    }

                    (_scope, start) = (_scope.Outer!, i + 1);
                    break;
                case ':' when Label().IsMatch(text[start..i]):
                    _label = text[start..i].Trim();
                    _scope.Label(_label, _statements.Count);
                    start = i + 1;
                    break;
                case ';':
                    ReadStatement(text[start..i].Trim());
                    start = i + 1;
                    break;
            }

            bool Begins() => text.AsSpan(start, i - start).IsWhiteSpace();
        }

        throw new PtxFault("the kernel's last brace is missing");
    }

    private void ReadStatement(string text)
    {
        if (text.Length == 0 || text.StartsWith(".pragma", StringComparison.Ordinal))
        {
            return;
        }

        if (text[0] != '.')
        {
            _statements.Add(PtxStatement.Parse(Blanks().Replace(text, " "), _scope));
            return;
        }

        if (text.StartsWith(BranchTargets, StringComparison.Ordinal))
        {
            _scope.Targets(_label, [.. text[BranchTargets.Length..].Split(',').Select(label => label.Trim())]);
        }
        else if (RegisterDirective().Match(text) is { Success: true } registers)
        {
            Declare(PtxType.Parse(registers.Groups[1].Value), registers.Groups[2].Value);
        }
        else if (Variable().Match(text) is { Success: true } variable && variable.Groups["space"].Value is "shared" or "local")
        {
            Place(variable.Groups["space"].Value == "shared" ? _shared : _local, variable);
        }
        else
        {
            throw new PtxFault($"the interpreter does not know the directive '{text}'");
        }
    }

    private void Declare(PtxType type, string names)
    {
        foreach (string name in names.Split(',').Select(name => name.Trim()))
        {
            int bracket = name.IndexOf('<', StringComparison.Ordinal);
            if (bracket < 0)
            {
                _scope.Declare(name, _registers++, type);
                continue;
            }

            int count = Number(name[(bracket + 1)..name.IndexOf('>', StringComparison.Ordinal)]);
            for (int i = 0; i < count; i++)
            {
                _scope.Declare($"{name[..bracket]}{i}", _registers++, type);
            }
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"^\s*(@\S+\s+)?call\b", RegexOptions.Multiline)]
    private static partial Regex Call();

    [GeneratedRegex(@"\.entry\s+([\w$]+)")]
    private static partial Regex Entry();

    [GeneratedRegex(
        @"\.(?<space>param|shared|local)\s+(\.align\s+(?<align>\d+)\s+)?\.(?<type>[fsub]\d+)\s+"
        + @"(?<name>[\w$%]+)(?<array>\[(?<count>\d*)\])?")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^\s*[A-Za-z_$%][\w$]*\s*$")]
    private static partial Regex Label();

    [GeneratedRegex(@"^\.reg\s+\.(\w+)\s+(.*)$", RegexOptions.Singleline)]
    private static partial Regex RegisterDirective();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
