using System.Globalization;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>
/// Turns statements into instructions. It is as strict about registers as NVIDIA's assembler: every name is declared, and has the width and
/// the kind of number that the
/// operation asks for.
/// </summary>
internal sealed partial class PtxDecoder(PtxModule module)
{
    private readonly Dictionary<ulong, int> _constants = [];
    private readonly Dictionary<string, int> _specials = [];
    private int _registers = module.RegisterCount;
    private int _sharedGranule = 4, _globalGranule = 4;

    public PtxKernel Decode()
    {
        List<PtxInstruction> instructions = [];
        foreach (PtxStatement statement in module.Statements)
        {
            try
            {
                instructions.Add(DecodeGuarded(statement));
            }
            catch (Exception e) when (e is PtxFault or IndexOutOfRangeException or FormatException or OverflowException)
            {
                throw new PtxFault($"{module.Name}: {e.Message}. Instruction {instructions.Count}: {statement.Text}");
            }
        }

        if (instructions.Count == 0 || instructions[^1].Flow is not (PtxFlow.Exit or PtxFlow.Branch))
        {
            instructions.Add(new PtxExit { Text = "(end)" });
        }

        FindMeetings(instructions);
        return new PtxKernel
        {
            Name = module.Name,
            Instructions = [.. instructions],
            RegisterCount = _registers + 1,
            Constants = [.. _constants.Select(constant => (constant.Value, constant.Key))],
            Specials = [.. _specials.Select(special => (special.Value, special.Key))],
            ParameterBytes = module.ParameterBytes,
            SharedBytes = module.SharedBytes,
            LocalBytes = module.LocalBytes,
            SharedGranule = _sharedGranule,
            GlobalGranule = _globalGranule,
        };
    }

    private PtxInstruction DecodeGuarded(PtxStatement statement)
    {
        PtxInstruction instruction = Decode(statement);
        instruction.Text = statement.Text;
        if (statement.Guard is { } guard)
        {
            instruction.Guard = Register(statement, guard, new PtxType('p', 1));
            instruction.GuardIsNegated = statement.GuardIsNegated;
        }

        return instruction;
    }

    private PtxInstruction Decode(PtxStatement s) => s.Name switch
    {
        "ret" or "exit" => new PtxExit(),
        "trap" => new PtxTrap(),
        "bra" => new PtxBranch([s.Scope.FindLabel(s.Operands[0])]),
        "brx" => new PtxBranch(s.Scope.FindTargets(s.Operands[1]), Source(s, 0, _b32)),
        "bar" or "barrier" => Barrier(s),
        "membar" or "fence" or "prefetch" or "prefetchu" or "nanosleep" => new PtxNothing(),
        "mov" => Move(s),
        "cvta" => AddressConversion(s),
        "ld" or "ldu" => Load(s),
        "st" => Store(s),
        "atom" or "red" => Atomic(s),
        "cp" => Copy(s),
        "ldmatrix" => LoadMatrix(s),
        "mma" => MatrixProduct(s),
        "shfl" => Shuffle(s),
        "vote" or "redux" => Vote(s),
        "activemask" => new PtxActiveMask(Destination(s, 0, new PtxType('b', 32))),
        "cvt" => Conversion(s),
        "setp" => Comparison(s),
        "selp" => Selection(s),
        _ => Arithmetic(s),
    };

    /// <summary>Where a register of a given type lies.</summary>
    private static int Register(PtxStatement statement, string name, PtxType type, bool mayBeWider = false)
    {
        if (!statement.Scope.TryFindRegister(name, out int index, out PtxType declared))
        {
            throw new PtxFault($"register {name} is not declared");
        }

        bool kindsFit = (declared.Kind == 'p') == (type.Kind == 'p')
            && (declared.Kind == 'b' || type.Kind == 'b' || declared.IsFloat == type.IsFloat || mayBeWider);
        if (!kindsFit || (mayBeWider ? declared.Bits < type.Bits : declared.Bits != type.Bits))
        {
            throw new PtxFault($"register {name} is .{declared}, but the operation works on .{type}");
        }

        return index * PtxWarp.Size;
    }

    private static int Destination(PtxStatement statement, int operand, PtxType type, bool mayBeWider = false) =>
        Register(statement, statement.Operands[operand], type, mayBeWider);

    private int Source(PtxStatement statement, int operand, PtxType type, bool mayBeWider = false) =>
        Value(statement, statement.Operands[operand], type, mayBeWider);

    /// <summary>Where the value of a register, a number, a special register or a variable's address lies.</summary>
    private int Value(PtxStatement statement, string text, PtxType type, bool mayBeWider = false)
    {
        if (text[0] == '%' && !statement.Scope.TryFindRegister(text, out _, out _))
        {
            return Special(text);
        }

        if (text[0] == '-' || char.IsDigit(text[0]))
        {
            return Constant(Literal(text, type));
        }

        return TryVariable(text, out int offset) ? Constant((ulong)offset)
            : text == "WARP_SZ" ? Constant(PtxWarp.Size) : Register(statement, text, type, mayBeWider);
    }

    private bool TryVariable(string name, out int offset) =>
        module.Shared.TryGetValue(name, out offset) || module.Local.TryGetValue(name, out offset)
        || module.Parameters.TryGetValue(name, out offset);

    private static ulong Literal(string text, PtxType type)
    {
        if (text.StartsWith("0f", StringComparison.OrdinalIgnoreCase))
        {
            return uint.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }

        if (text.StartsWith("0d", StringComparison.OrdinalIgnoreCase))
        {
            return ulong.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }

        if (type.IsFloat)
        {
            double value = double.Parse(text, CultureInfo.InvariantCulture);
            return type.Bits == 64 ? PtxBits.From(value) : PtxBits.From((float)value);
        }

        text = text.TrimEnd('U', 'u');
        bool isHexadecimal = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        ulong number = text[0] == '-' ? (ulong)long.Parse(text, CultureInfo.InvariantCulture)
            : isHexadecimal ? ulong.Parse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : ulong.Parse(text, CultureInfo.InvariantCulture);
        return number & type.Mask;
    }

    private int Constant(ulong value)
    {
        if (!_constants.TryGetValue(value, out int register))
        {
            _constants[value] = register = _registers++;
        }

        return register * PtxWarp.Size;
    }

    private int Special(string name)
    {
        if (!_specials.TryGetValue(name, out int register))
        {
            _specials[name] = register = _registers++;
        }

        return register * PtxWarp.Size;
    }

    /// <summary>Reads <c>[register + offset]</c>.</summary>
    private (int Register, ulong Offset) Address(PtxStatement statement, int operand, PtxSpace space)
    {
        string text = statement.Operands[operand].Trim('[', ']', ' ');
        int plus = text.IndexOfAny(['+', '-'], 1);
        string added = plus < 0 ? "0" : text[plus..].Replace(" ", "", StringComparison.Ordinal);
        added = added.Replace("+-", "-", StringComparison.Ordinal);
        ulong offset = (ulong)long.Parse(added, CultureInfo.InvariantCulture);
        string basis = plus < 0 ? text : text[..plus].Trim();

        // Addresses have 64 bits; those of shared and local memory may have 32.
        bool isShort = space is PtxSpace.Shared or PtxSpace.Local
            && statement.Scope.TryFindRegister(basis, out _, out PtxType declared) && declared.Bits == 32;
        return (Value(statement, basis, new PtxType('b', isShort ? 32 : 64)), offset);
    }

    private static void FindMeetings(List<PtxInstruction> instructions)
    {
        int[][] successors = new int[instructions.Count][];
        for (int i = 0; i < successors.Length; i++)
        {
            PtxInstruction instruction = instructions[i];
            int[] onward = instruction.Flow is PtxFlow.Branch or PtxFlow.Exit && instruction.Guard < 0 ? [] : [i + 1];
            successors[i] = instruction switch
            {
                PtxBranch branch => [.. onward, .. branch.Targets],
                PtxExit => [.. onward, instructions.Count],
                _ => onward,
            };
        }

        int[] meetings = PtxControlFlow.MeetingPoints(successors);
        for (int i = 0; i < successors.Length; i++)
        {
            if (instructions[i] is PtxBranch branch)
            {
                branch.Meeting = meetings[i] < 0 ? instructions.Count : meetings[i];
            }
        }
    }
}
