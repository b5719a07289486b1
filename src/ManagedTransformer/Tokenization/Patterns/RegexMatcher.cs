using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Patterns;

/// <summary>
/// Runs a program at one place of a text: the first alternative that leads to a match wins. Choices that are left to try stand on a stack
/// of its own, so that no text can exhaust the thread's.
/// </summary>
internal sealed class RegexMatcher
{
    private const int MostEntries = 1 << 24, Restore = -1;

    private readonly RegexInstruction[] _code;
    private readonly CodePointSet[] _sets;
    private readonly int[] _registers;
    private readonly string _pattern;
    private Choice[] _stack = new Choice[64];
    private int _depth;
    private PatternBudget _budget = null!;
    private long _steps;

    /// <summary>A matcher; not for several threads at once.</summary>
    /// <param name="program">The program.</param>
    /// <param name="pattern">The pattern, for errors.</param>
    public RegexMatcher(RegexProgram program, string pattern) =>
        (_code, _sets, _registers, _pattern) = (program.Code, program.Sets, new int[program.Registers], pattern);

    /// <summary>The end of the match at a place; -1 for none.</summary>
    /// <exception cref="InputException">It takes too many steps.</exception>
    public int Match(ReadOnlySpan<byte> text, int position, PatternBudget budget)
    {
        (_budget, _depth, _steps) = (budget, 0, 0);
        int end = Run(text, 0, position);
        budget.Spend(_steps, _pattern);
        return end;
    }

    private int Run(ReadOnlySpan<byte> text, int start, int position)
    {
        int floor = _depth, pc = start;
        while (true)
        {
            if (++_steps >= 1 << 16)
            {
                _budget.Spend(_steps, _pattern);
                _steps = 0;
            }

            RegexInstruction step = _code[pc];
            bool holds = true;
            switch (step.Opcode)
            {
                case RegexOpcode.Match:
                    _depth = floor;
                    return position;
                case RegexOpcode.Character:
                    holds = position < text.Length && Utf8.Read(text, position, out int length) == step.A && Advance(ref position, length);
                    pc++;
                    break;
                case RegexOpcode.Set:
                    holds = position < text.Length && _sets[step.A].Contains(Utf8.Read(text, position, out length))
                        && Advance(ref position, length);
                    pc++;
                    break;
                case RegexOpcode.Loop or RegexOpcode.AtomicLoop:
                    holds = Loop(text, step, pc + 1, ref position);
                    pc++;
                    break;
                case RegexOpcode.Split:
                    Push(new(step.B, position, position));
                    pc = step.A;
                    break;
                case RegexOpcode.Jump:
                    pc = step.A;
                    break;
                case RegexOpcode.Anchor:
                    holds = IsAt(text, position, (RegexAnchor)step.A);
                    pc++;
                    break;
                case RegexOpcode.Look:
                    holds = Run(text, pc + 1, position) >= 0 ^ step.B == 1;
                    pc = step.A;
                    break;
                case RegexOpcode.Atomic:
                    int end = Run(text, pc + 1, position);
                    holds = end >= 0 && Advance(ref position, end - position);
                    pc = step.A;
                    break;
                case RegexOpcode.Back:
                    int back = step.A;
                    for (; back > 0 && position > 0; back--)
                    {
                        position = Utf8.Before(text, position);
                    }

                    holds = back == 0;
                    pc++;
                    break;
                case RegexOpcode.Mark:
                    Push(new(Restore, step.A, _registers[step.A]));
                    _registers[step.A] = position;
                    pc++;
                    break;
                default:
                    pc = _registers[step.A] == position ? step.B : pc + 1;
                    break;
            }

            if (!holds && !Backtrack(text, floor, ref pc, ref position))
            {
                return -1;
            }
        }
    }

    private static bool Advance(ref int position, int length)
    {
        position += length;
        return true;
    }

    private bool Loop(ReadOnlySpan<byte> text, RegexInstruction step, int next, ref int position)
    {
        CodePointSet set = _sets[step.A];
        int count = 0, least = position;
        while (count < step.C && position < text.Length && set.Contains(Utf8.Read(text, position, out int length)))
        {
            position += length;
            if (++count == step.B)
            {
                least = position;
            }
        }

        _steps += count;
        if (count < step.B)
        {
            return false;
        }

        if (step.Opcode == RegexOpcode.Loop && position > least)
        {
            Push(new(next, least, position));
        }

        return true;
    }

    // A loop gives back one character at a time and stays on the stack while it has more than it needs.
    private bool Backtrack(ReadOnlySpan<byte> text, int floor, ref int pc, ref int position)
    {
        while (_depth > floor)
        {
            ref Choice choice = ref _stack[_depth - 1];
            if (choice.Pc == Restore)
            {
                _registers[choice.Least] = choice.Position;
                _depth--;
                continue;
            }

            pc = choice.Pc;
            if (choice.Position == choice.Least)
            {
                position = choice.Position;
                _depth--;
                return true;
            }

            position = Utf8.Before(text, choice.Position);
            choice = choice with { Position = position };
            if (position == choice.Least)
            {
                _depth--;
            }

            return true;
        }

        return false;
    }

    private void Push(Choice choice)
    {
        if (_depth == _stack.Length)
        {
            if (_depth == MostEntries)
            {
                _budget.Spend(long.MaxValue / 2, _pattern);
            }

            Array.Resize(ref _stack, _stack.Length * 2);
        }

        _stack[_depth++] = choice;
    }

    private static bool IsAt(ReadOnlySpan<byte> text, int position, RegexAnchor anchor) => anchor switch
    {
        RegexAnchor.LineStart => position == 0 || (position < text.Length && text[position - 1] == '\n'),
        RegexAnchor.LineEnd => position == text.Length || text[position] == '\n',
        RegexAnchor.TextStart => position == 0,
        RegexAnchor.TextEnd => position == text.Length,
        RegexAnchor.LastLineEnd => position == text.Length || (position == text.Length - 1 && text[position] == '\n'),
        RegexAnchor.WordBoundary => IsWordBefore(text, position) != IsWordAt(text, position),
        _ => IsWordBefore(text, position) == IsWordAt(text, position),
    };

    private static bool IsWordBefore(ReadOnlySpan<byte> text, int position) =>
        position > 0 && IsWordAt(text, Utf8.Before(text, position));

    private static bool IsWordAt(ReadOnlySpan<byte> text, int position) =>
        position < text.Length && CharacterSets.RegexWord.Contains(Utf8.Read(text, position, out _));

    private readonly record struct Choice(int Pc, int Least, int Position);
}
