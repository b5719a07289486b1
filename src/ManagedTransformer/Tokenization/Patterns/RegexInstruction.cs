namespace ManagedTransformer.Tokenization.Patterns;

/// <summary>One instruction of a compiled pattern.</summary>
/// <param name="Opcode">What to do.</param>
/// <param name="A">As the opcode says.</param>
/// <param name="B">As the opcode says.</param>
/// <param name="C">As the opcode says.</param>
internal readonly record struct RegexInstruction(RegexOpcode Opcode, int A = 0, int B = 0, int C = 0);
