namespace ManagedTransformer.Tokenization.Chat.Jinja.Values;

/// <summary>What operators do with values, as Python does it. Whole numbers have 64 bits, and larger ones are refused.</summary>
internal static class Operators
{
    // Lists that a program nests in lists it has just made.
    private const int MostDepth = 50;

    /// <summary>a sign b, for <c>+ - * / // %</c></summary>
    public static object Arithmetic(Machine machine, string sign, object? a, object? b, int line)
    {
        switch (sign, a, b)
        {
            case ("+", string left, string right):
                machine.Charge(left.Length + right.Length, line);
                return left + right;
            case ("+", Sequence { Kind: SequenceKind.List or SequenceKind.Tuple } left, Sequence right) when left.Kind == right.Kind:
                machine.Charge(left.Items.Count + right.Items.Count, line);
                return new Sequence(left.Kind, [.. left.Items, .. right.Items]);
            case ("*", string text, long times):
                machine.Charge(Math.Max(1, text.Length) * Math.Clamp(times, 0, int.MaxValue), line);
                return string.Concat(Enumerable.Repeat(text, (int)Math.Max(0, times)));
            case (_, double, double or long or bool) or (_, long or bool, double) or ("/", long or bool, long or bool):
                return Real(sign, Convert(a), Convert(b), line);
            default:
                return Whole(sign, Number(a, sign, b, line), Number(b, sign, a, line), line);
        }
    }

    /// <summary>-a</summary>
    public static object Negate(object? a, int line) => a is double number ? (object)-number
        : Whole("-", 0, Number(a, "-", a, line), line);

    /// <summary>A whole number beside another in arithmetic.</summary>
    public static long Number(object? value, string sign, object? other, int line) => value switch
    {
        long number => number,
        bool flag => flag ? 1 : 0,
        _ => throw new JinjaException($"'{sign}' does not combine {Kinds.Name(value)} with {Kinds.Name(other)}", line),
    };

    /// <summary>a == b</summary>
    public static bool AreEqual(Machine machine, object? a, object? b, int line, int depth = 0)
    {
        machine.Charge(1, line);
        if (depth > MostDepth)
        {
            throw new JinjaException("lists are nested too deeply to be compared", line);
        }

        switch (a, b)
        {
            case (string left, string right):
                machine.Charge(Math.Min(left.Length, right.Length), line);
                return left == right;
            case (long or bool, long or bool):
                return Number(a, "==", b, line) == Number(b, "==", a, line);
            case (long or bool or double, long or bool or double):
                return Convert(a).Equals(Convert(b));
            case (Sequence left, Sequence right) when left.Kind == right.Kind && left.Kind != SequenceKind.Generator:
                return left.Items.Count == right.Items.Count
                    && left.Items.Zip(right.Items).All(pair => AreEqual(machine, pair.First, pair.Second, line, depth + 1));
            case (Mapping left, Mapping right):
                return left.Count == right.Count && left.All(member =>
                    right.TryGetValue(member.Key, out object? value) && AreEqual(machine, member.Value, value, line, depth + 1));
            case (null, null) or (Undefined, Undefined):
                return true;
            default:
                return ReferenceEquals(a, b);
        }
    }

    /// <summary>Negative, zero or positive, as a is below, equal to or above b.</summary>
    public static int Compare(Machine machine, object? a, object? b, string sign, int line)
    {
        switch (a, b)
        {
            case (string left, string right):
                machine.Charge(Math.Min(left.Length, right.Length), line);
                return CodePoints.Compare(left, right);
            case (double, double or long or bool) or (long or bool, double):
                return Convert(a).CompareTo(Convert(b));
            default:
                return Number(a, sign, b, line).CompareTo(Number(b, sign, a, line));
        }
    }

    /// <summary>Whether a comparison holds, for <c>== != &lt; &gt; &lt;= &gt;= in</c> and <c>not in</c>.</summary>
    public static bool Holds(Machine machine, object? a, string sign, object? b, int line) => sign switch
    {
        "==" => AreEqual(machine, a, b, line),
        "!=" => !AreEqual(machine, a, b, line),
        "in" => Contains(machine, a, b, line),
        "not in" => !Contains(machine, a, b, line),
        "<" => Compare(machine, a, b, sign, line) < 0,
        ">" => Compare(machine, a, b, sign, line) > 0,
        "<=" => Compare(machine, a, b, sign, line) <= 0,
        _ => Compare(machine, a, b, sign, line) >= 0,
    };

    private static bool Contains(Machine machine, object? item, object? container, int line)
    {
        switch (container)
        {
            case string text when item is string part:
                machine.Charge(text.Length, line);
                return text.Contains(part, StringComparison.Ordinal);
            case Sequence sequence:
                return sequence.Take().Any(element => AreEqual(machine, element, item, line));
            case Mapping mapping:
                return item is string key && mapping.ContainsKey(key);
            case Undefined:
                return false;
            default:
                throw new JinjaException($"'in' does not look for {Kinds.Name(item)} in {Kinds.Name(container)}", line);
        }
    }

    private static long Whole(string sign, long a, long b, int line)
    {
        if (sign is "%" or "//" && b == 0)
        {
            throw new JinjaException("a number is divided by 0", line);
        }

        // Python rounds quotients down, and remainders have the sign of the divisor.
        Int128 x = a, y = b, remainder = sign is "%" or "//" ? x % y : 0;
        bool isBelow = remainder != 0 && (remainder < 0) != (y < 0);
        Int128 result = sign switch
        {
            "+" => x + y,
            "-" => x - y,
            "*" => x * y,
            "%" => isBelow ? remainder + y : remainder,
            _ => isBelow ? (x / y) - 1 : x / y,
        };
        return result >= long.MinValue && result <= long.MaxValue ? (long)result
            : throw new JinjaException($"{a} {sign} {b} is a whole number of more than 64 bits, which is not supported", line);
    }

    private static double Real(string sign, double a, double b, int line)
    {
        if (sign is "/" or "//" or "%" && b == 0)
        {
            throw new JinjaException("a number is divided by 0", line);
        }

        double remainder = sign is "//" or "%" ? a % b : 0;
        remainder += remainder != 0 && (remainder < 0) != (b < 0) ? b : 0;
        return sign switch
        {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => a / b,
            "%" => remainder,
            _ => Math.Round((a - remainder) / b),
        };
    }

    private static double Convert(object? number) => number switch
    {
        double real => real,
        long whole => whole,
        _ => number is true ? 1 : 0,
    };
}
