namespace ManagedTransformer.Tensors.Cpu;

/// <summary>The numbers that matrix kernels are compiled for.</summary>
internal static class Constants
{
    public readonly struct C0 : IConstant
    {
        public static int Value => 0;
    }

    public readonly struct C1 : IConstant
    {
        public static int Value => 1;
    }

    public readonly struct C2 : IConstant
    {
        public static int Value => 2;
    }

    public readonly struct C3 : IConstant
    {
        public static int Value => 3;
    }

    public readonly struct C4 : IConstant
    {
        public static int Value => 4;
    }

    public readonly struct C5 : IConstant
    {
        public static int Value => 5;
    }

    public readonly struct C6 : IConstant
    {
        public static int Value => 6;
    }

    public readonly struct C7 : IConstant
    {
        public static int Value => 7;
    }

    public readonly struct C8 : IConstant
    {
        public static int Value => 8;
    }

    public readonly struct C9 : IConstant
    {
        public static int Value => 9;
    }

    public readonly struct C10 : IConstant
    {
        public static int Value => 10;
    }

    public readonly struct C11 : IConstant
    {
        public static int Value => 11;
    }

    public readonly struct C12 : IConstant
    {
        public static int Value => 12;
    }
}
