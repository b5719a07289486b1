using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Patterns;

/// <summary>A pattern as instructions for <see cref="RegexMatcher"/>.</summary>
internal sealed class RegexProgram
{
    private const int MostInstructions = 50_000, MostNodes = 500_000;

    private readonly List<RegexInstruction> _code = [];
    private readonly List<CodePointSet> _sets = [];
    private readonly Dictionary<CodePointSet, int> _setIndex = [];
    private int _emitted;

    private RegexProgram(RegexNode node)
    {
        Emit(node);
        Add(new(RegexOpcode.Match));
        Code = [.. _code];
        Sets = [.. _sets];
        First = node.First();
    }

    /// <summary>The instructions, begun with the first.</summary>
    public RegexInstruction[] Code { get; }

    /// <summary>The sets that they name.</summary>
    public CodePointSet[] Sets { get; }

    /// <summary>The characters that a match can begin with; null for any.</summary>
    public CodePointSet? First { get; }

    /// <summary>The number of registers.</summary>
    public int Registers { get; private set; }

    /// <summary>Compiles a pattern.</summary>
    /// <exception cref="FormatException">It is malformed, too large, or has something that is not supported.</exception>
    public static RegexProgram Compile(string pattern) => new(RegexParser.Parse(pattern));

    private void Emit(RegexNode node)
    {
        if (++_emitted > MostNodes)
        {
            throw TooLarge();
        }

        switch (node.Kind)
        {
            case RegexKind.Set:
                Add(node.Set.Single is >= 0 and int single
                    ? new(RegexOpcode.Character, single)
                    : new(RegexOpcode.Set, IndexOf(node.Set)));
                break;
            case RegexKind.Sequence:
                foreach (RegexNode part in node.Parts)
                {
                    Emit(part);
                }

                break;
            case RegexKind.Choice:
                EmitChoice(node.Parts);
                break;
            case RegexKind.Repeat:
                EmitRepeat(node);
                break;
            case RegexKind.Atomic
                when node.Parts[0] is { Kind: RegexKind.Repeat, IsLazy: false } repeat && repeat.Parts[0].Kind == RegexKind.Set:
                Add(new(RegexOpcode.AtomicLoop, IndexOf(repeat.Parts[0].Set), repeat.Least, repeat.Most));
                break;
            case RegexKind.Anchor:
                Add(new(RegexOpcode.Anchor, (int)node.Anchor));
                break;
            default:
                int start = Add(default);
                if (node.Kind == RegexKind.LookBehind)
                {
                    EmitBehind(node.Parts[0]);
                }
                else
                {
                    Emit(node.Parts[0]);
                }

                Add(new(RegexOpcode.Match));
                _code[start] = node.Kind == RegexKind.Atomic
                    ? new(RegexOpcode.Atomic, _code.Count)
                    : new(RegexOpcode.Look, _code.Count, node.IsNegative ? 1 : 0);
                break;
        }
    }

    // Every alternative has a length of its own, so each goes back by itself.
    private void EmitBehind(RegexNode node)
    {
        RegexNode[] branches = [.. RegexParser.Branches(node)];
        List<int> ends = [];
        for (int i = 0; i < branches.Length; i++)
        {
            int split = i + 1 < branches.Length ? Add(default) : -1;
            Add(new(RegexOpcode.Back, branches[i].FixedLength()!.Value));
            Emit(branches[i]);
            if (split >= 0)
            {
                ends.Add(Add(default));
                _code[split] = new(RegexOpcode.Split, split + 1, _code.Count);
            }
        }

        ends.ForEach(end => _code[end] = new(RegexOpcode.Jump, _code.Count));
    }

    private void EmitChoice(IReadOnlyList<RegexNode> parts)
    {
        List<int> ends = [];
        for (int i = 0; i < parts.Count; i++)
        {
            int split = i + 1 < parts.Count ? Add(default) : -1;
            Emit(parts[i]);
            if (split >= 0)
            {
                ends.Add(Add(default));
                _code[split] = new(RegexOpcode.Split, split + 1, _code.Count);
            }
        }

        ends.ForEach(end => _code[end] = new(RegexOpcode.Jump, _code.Count));
    }

    private void EmitRepeat(RegexNode node)
    {
        RegexNode part = node.Parts[0];
        if (part.Kind == RegexKind.Set && !node.IsLazy)
        {
            Add(new(RegexOpcode.Loop, IndexOf(part.Set), node.Least, node.Most));
            return;
        }

        for (int i = 0; i < node.Least; i++)
        {
            Emit(part);
        }

        if (node.Most == int.MaxValue)
        {
            bool isChecked = part.CanBeEmpty();
            int register = isChecked ? Registers++ : 0;
            int split = Add(default);
            if (isChecked)
            {
                Add(new(RegexOpcode.Mark, register));
            }

            Emit(part);
            int check = isChecked ? Add(default) : -1;
            Add(new(RegexOpcode.Jump, split));
            if (isChecked)
            {
                _code[check] = new(RegexOpcode.Check, register, _code.Count);
            }

            _code[split] = SplitTo(node, split + 1, _code.Count);
            return;
        }

        List<int> splits = [];
        for (int i = node.Least; i < node.Most; i++)
        {
            splits.Add(Add(default));
            Emit(part);
        }

        splits.ForEach(split => _code[split] = SplitTo(node, split + 1, _code.Count));
    }

    private static RegexInstruction SplitTo(RegexNode node, int inside, int behind) =>
        node.IsLazy ? new(RegexOpcode.Split, behind, inside) : new(RegexOpcode.Split, inside, behind);

    private int IndexOf(CodePointSet set)
    {
        if (!_setIndex.TryGetValue(set, out int index))
        {
            _setIndex[set] = index = _sets.Count;
            _sets.Add(set);
        }

        return index;
    }

    private int Add(RegexInstruction instruction)
    {
        _code.Add(instruction);
        return _code.Count <= MostInstructions ? _code.Count - 1 : throw TooLarge();
    }

    private static FormatException TooLarge() => new("it is too large with its counts written out");
}
