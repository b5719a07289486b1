using System.Runtime.CompilerServices;
using ILGPU;
using Xunit;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>Instructions as the manual of PTX defines them, one thread and one result each; then those of a whole warp.</summary>
public sealed class PtxInstructionTests
{
    private const ulong One = 0x3F800000, Two = 0x40000000, Three = 0x40400000, Half = 0x3F000000, Nan = 0x7FC00000, MinusOne = 0xBF800000;

    /// <summary>
    /// Operands are %r0-2, %d0-2 (64 bits), %f0-2, %e0-2 (double), %h0-2 (16 bits); the result is read from the register named,
    /// in all threads.
    /// </summary>
    [Theory]
    [InlineData("add.s32 %r9, %r0, %r1;", "%r9", 0xFFFFFFFF, 2, 0, 1)]
    [InlineData("sub.s64 %d9, %d0, %d1;", "%d9", 1, 3, 0, 0xFFFFFFFFFFFFFFFE)]
    [InlineData("mul.lo.s32 %r9, %r0, %r1;", "%r9", 0x10001, 0x10001, 0, 0x20001)]
    [InlineData("mul.hi.u32 %r9, %r0, %r1;", "%r9", 0x80000000, 6, 0, 3)]
    [InlineData("mul.hi.s32 %r9, %r0, %r1;", "%r9", 0x80000000, 6, 0, 0xFFFFFFFD)]
    [InlineData("mul.hi.u64 %d9, %d0, %d1;", "%d9", 0x8000000000000000, 6, 0, 3)]
    [InlineData("mul.wide.u32 %d9, %r0, %r1;", "%d9", 0xFFFFFFFF, 2, 0, 0x1FFFFFFFE)]
    [InlineData("mul.wide.s32 %d9, %r0, %r1;", "%d9", 0xFFFFFFFF, 2, 0, 0xFFFFFFFFFFFFFFFE)]
    [InlineData("mad.lo.u64 %d9, %d0, 4, %d1;", "%d9", 5, 7, 0, 27)]
    [InlineData("mad.wide.s32 %d9, %r0, %r1, %d2;", "%d9", 0xFFFFFFFF, 3, 10, 7)]
    [InlineData("div.s32 %r9, %r0, %r1;", "%r9", 0xFFFFFFF9, 2, 0, 0xFFFFFFFD)]
    [InlineData("rem.s32 %r9, %r0, %r1;", "%r9", 0xFFFFFFF9, 2, 0, 0xFFFFFFFF)]
    [InlineData("div.u32 %r9, %r0, %r1;", "%r9", 0xFFFFFFF9, 2, 0, 0x7FFFFFFC)]
    [InlineData("min.s32 %r9, %r0, %r1;", "%r9", 0xFFFFFFFF, 1, 0, 0xFFFFFFFF)]
    [InlineData("min.u32 %r9, %r0, %r1;", "%r9", 0xFFFFFFFF, 1, 0, 1)]
    [InlineData("shl.b32 %r9, %r0, %r1;", "%r9", 1, 32, 0, 0)]
    [InlineData("shr.s32 %r9, %r0, %r1;", "%r9", 0x80000000, 40, 0, 0xFFFFFFFF)]
    [InlineData("shr.u64 %d9, %d0, %r1;", "%d9", 0x8000000000000000, 63, 0, 1)]
    [InlineData("not.b32 %r9, %r0;", "%r9", 5, 0, 0, 0xFFFFFFFA)]
    [InlineData("popc.b64 %r9, %d0;", "%r9", 0xF0F0, 0, 0, 8)]
    [InlineData("clz.b32 %r9, %r0;", "%r9", 1, 0, 0, 31)]
    [InlineData("brev.b32 %r9, %r0;", "%r9", 1, 0, 0, 0x80000000)]
    [InlineData("bfe.s32 %r9, %r0, %r1, %r2;", "%r9", 0x0F00, 8, 4, 0xFFFFFFFF)]
    [InlineData("bfe.u32 %r9, %r0, %r1, %r2;", "%r9", 0x0F00, 8, 4, 15)]
    [InlineData("prmt.b32 %r9, %r0, %r1, %r2;", "%r9", 0x33221100, 0x77665544, 0x5410, 0x55441100)]
    [InlineData("shf.l.wrap.b32 %r9, %r0, %r1, %r2;", "%r9", 0x80000001, 0x00000003, 4, 0x38)]
    [InlineData("lop3.b32 %r9, %r0, %r1, %r2, 0x96;", "%r9", 0b1100, 0b1010, 0b1001, 0b1111)]
    [InlineData("mul.f32 %f9, %f0, %f1;", "%f9", Three, Half, 0, 0x3FC00000)]
    [InlineData("fma.rn.f32 %f9, %f0, %f1, %f2;", "%f9", Two, Half, One, Two)]
    [InlineData("min.f32 %f9, %f0, %f1;", "%f9", Nan, One, 0, One)]
    [InlineData("max.f32 %f9, %f0, %f1;", "%f9", MinusOne, Nan, 0, MinusOne)]
    [InlineData("abs.f32 %f9, %f0;", "%f9", MinusOne, 0, 0, One)]
    [InlineData("add.ftz.f32 %f9, %f0, %f1;", "%f9", 0x00000005, 0, 0, 0)]
    [InlineData("div.rn.f32 %f9, %f0, %f1;", "%f9", One, Three, 0, 0x3EAAAAAB)]
    [InlineData("sqrt.rn.f32 %f9, %f0;", "%f9", Two, 0, 0, 0x3FB504F3)]
    [InlineData("add.f64 %e9, %e0, %e1;", "%e9", 0x3FF0000000000000, 0x3FF0000000000000, 0, 0x4000000000000000)]
    [InlineData("div.rn.f64 %e9, %e0, 0d4008000000000000;", "%e9", 0x3FF0000000000000, 0, 0, 0x3FD5555555555555)]
    [InlineData("cvt.rni.s32.f32 %r9, %f0;", "%r9", 0x40200000, 0, 0, 2)]
    [InlineData("cvt.rzi.s32.f32 %r9, %f0;", "%r9", 0xC0200000, 0, 0, 0xFFFFFFFE)]
    [InlineData("cvt.rmi.s32.f32 %r9, %f0;", "%r9", 0xC0200000, 0, 0, 0xFFFFFFFD)]
    [InlineData("cvt.rzi.u32.f32 %r9, %f0;", "%r9", MinusOne, 0, 0, 0)]
    [InlineData("cvt.rzi.s32.f32 %r9, %f0;", "%r9", Nan, 0, 0, 0)]
    [InlineData("cvt.rzi.s32.f32 %r9, %f0;", "%r9", 0x4F800000, 0, 0, 0x7FFFFFFF)]
    [InlineData("cvt.rni.f32.f32 %f9, %f0;", "%f9", 0x3FC00000, 0, 0, Two)]
    [InlineData("cvt.rn.f32.s64 %f9, %d0;", "%f9", 0xFFFFFFFFFFFFFFFF, 0, 0, MinusOne)]
    [InlineData("cvt.rn.f32.u32 %f9, %r0;", "%f9", 0xFFFFFFFF, 0, 0, 0x4F800000)]
    [InlineData("cvt.f64.f32 %e9, %f0;", "%e9", Half, 0, 0, 0x3FE0000000000000)]
    [InlineData("cvt.rn.f32.f64 %f9, %e0;", "%f9", 0x3FE0000000000001, 0, 0, Half)]
    [InlineData("cvt.s32.s16 %r9, %h0;", "%r9", 0xFFFE, 0, 0, 0xFFFFFFFE)]
    [InlineData("cvt.u32.u16 %r9, %h0;", "%r9", 0xFFFE, 0, 0, 0xFFFE)]
    [InlineData("cvt.s64.s32 %d9, %r0;", "%d9", 0x80000000, 0, 0, 0xFFFFFFFF80000000)]
    [InlineData("cvt.sat.u8.s32 %r9, %r0;", "%r9", 300, 0, 0, 255)]
    [InlineData("cvt.rna.tf32.f32 %r9, %f0;", "%r9", 0x3F801000, 0, 0, 0x3F802000)]
    [InlineData("cvt.rn.bf16.f32 %h9, %f0;", "%h9", 0x3F808000, 0, 0, 0x3F80)]
    [InlineData("cvt.rn.bf16.f32 %h9, %f0;", "%h9", 0x3F818000, 0, 0, 0x3F82)]
    [InlineData("cvt.rn.bf16x2.f32 %r9, %f0, %f1;", "%r9", One, Two, 0, 0x3F804000)]
    [InlineData("cvt.rn.f16.f32 %h9, %f0;", "%h9", One, 0, 0, 0x3C00)]
    [InlineData("mov.b64 %d9, {%r0, %r1};", "%d9", 1, 2, 0, 0x200000001)]
    [InlineData("mov.b64 {%r8, %r9}, %d0;", "%r9", 0x200000001, 0, 0, 2)]
    [InlineData("setp.lt.s32 %p1, %r0, %r1; selp.b32 %r9, 7, 8, %p1;", "%r9", 0xFFFFFFFF, 0, 0, 7)]
    [InlineData("setp.lo.u32 %p1, %r0, %r1; selp.b32 %r9, 7, 8, %p1;", "%r9", 0xFFFFFFFF, 0, 0, 8)]
    [InlineData("setp.ne.f32 %p1, %f0, %f1; selp.b32 %r9, 7, 8, %p1;", "%r9", Nan, One, 0, 8)]
    [InlineData("setp.neu.f32 %p1, %f0, %f1; selp.b32 %r9, 7, 8, %p1;", "%r9", Nan, One, 0, 7)]
    [InlineData("setp.nan.f32 %p1, %f0, %f1; selp.b32 %r9, 7, 8, %p1;", "%r9", One, Nan, 0, 7)]
    [InlineData("setp.geu.f32 %p1, %f0, %f1; selp.b32 %r9, 7, 8, %p1;", "%r9", Nan, One, 0, 7)]
    [InlineData("setp.ge.f32 %p1, %f0, %f1; selp.b32 %r9, 7, 8, %p1;", "%r9", Nan, One, 0, 8)]
    [InlineData("setp.gt.f32 %p1, %f0, %f1; selp.b32 %r9, 7, 8, %p1;", "%r9", Two, One, 0, 7)]
    [InlineData("setp.leu.f32 %p1, %f0, %f1; selp.b32 %r9, 7, 8, %p1;", "%r9", Two, One, 0, 8)]
    [InlineData("setp.ltu.f32 %p1, %f0, %f1; selp.b32 %r9, 7, 8, %p1;", "%r9", One, One, 0, 8)]
    [InlineData("setp.gtu.f32 %p1, %f0, %f1; selp.b32 %r9, 7, 8, %p1;", "%r9", One, Nan, 0, 7)]
    [InlineData("setp.le.f32 %p1, %f0, %f1; selp.b32 %r9, 7, 8, %p1;", "%r9", One, One, 0, 7)]
    [InlineData("setp.gt.u64 %p1, %d0, %d1; selp.b32 %r9, 7, 8, %p1;", "%r9", 0x8000000000000000, 1, 0, 7)]
    [InlineData("setp.le.s64 %p1, %d0, %d1; selp.b32 %r9, 7, 8, %p1;", "%r9", 0x8000000000000000, 1, 0, 7)]
    [InlineData("setp.hs.u32 %p1, %r0, %r1; selp.b32 %r9, 7, 8, %p1;", "%r9", 1, 1, 0, 7)]
    [InlineData("setp.ne.s32 %p1, %r0, %r1; selp.b32 %r9, 7, 8, %p1;", "%r9", 1, 2, 0, 7)]
    [InlineData("neg.f32 %f9, %f0;", "%f9", One, 0, 0, MinusOne)]
    [InlineData("sub.f32 %f9, %f0, %f1;", "%f9", One, Two, 0, MinusOne)]
    [InlineData("shr.u32 %r9, %r0, %r1;", "%r9", 0x80000000, 31, 0, 1)]
    [InlineData("shr.u32 %r9, %r0, %r1;", "%r9", 0x80000000, 32, 0, 0)]
    [InlineData("xor.b32 %r9, %r0, %r1;", "%r9", 0xFFFFFFFF, 1, 0, 0xFFFFFFFE)]
    [InlineData("mad.lo.s32 %r9, %r0, %r1, %r2;", "%r9", 0xFFFFFFFF, 3, 10, 7)]
    [InlineData("mad.wide.u32 %d9, %r0, %r1, %d2;", "%d9", 0xFFFFFFFF, 2, 1, 0x1FFFFFFFF)]
    [InlineData("cvt.u32.u64 %r9, %d0;", "%r9", 0x100000005, 0, 0, 5)]
    [InlineData("mul.f64 %e9, %e0, %e1;", "%e9", 0x4000000000000000, 0x3FE0000000000000, 0, 0x3FF0000000000000)]
    [InlineData("setp.eq.s32 %p1, %r0, 1; setp.eq.and.s32 %p2, %r1, 2, !%p1; selp.b32 %r9, 7, 8, %p2;", "%r9", 1, 2, 0, 8)]
    [InlineData("testp.notanumber.f32 %p1, %f0; @%p1 mov.b32 %r9, 3; @!%p1 mov.b32 %r9, 4;", "%r9", Nan, 0, 0, 3)]
    [InlineData("mov.b32 %r9, 1; setp.eq.s32 %p1, %r0, 0; @%p1 bra END; mov.b32 %r9, 2; END:", "%r9", 0, 0, 0, 1)]
    [InlineData("{ .reg .b32 t; mov.b32 t, %r0; add.s32 %r9, t, 1; } { .reg .b32 t; mov.b32 t, 1; }", "%r9", 4, 0, 0, 5)]
    [InlineData("T: .branchtargets A, B; brx.idx %r0, T; A: mov.b32 %r9, 10; bra END; B: mov.b32 %r9, 11; END:", "%r9", 1, 0, 0, 11)]
    public void ComputesAsTheManualSays(string body, string result, object a, object b, object c, object expected)
    {
        // A whole warp and one of a single lane.
        ulong[] output = Run(body, result, [Bits(a), Bits(b), Bits(c)], 33);
        Assert.All(output, value => Assert.Equal($"0x{Bits(expected):X}", $"0x{value:X}"));
    }

    [Theory]
    [InlineData("up", 3, 0, "0 1 2 0 1 2 3 4")]
    [InlineData("down", 2, 31, "2 3 4 5 6 7 8 9")]
    [InlineData("bfly", 1, 31, "1 0 3 2 5 4 7 6")]
    [InlineData("idx", 5, 31, "5 5 5 5 5 5 5 5")]
    [InlineData("idx", 1, 0x1C03, "1 1 1 1 5 5 5 5")]
    [InlineData("down", 1, 0x1C03, "1 2 3 3 5 6 7 7")]
    public void ShufflesAsTheManualSays(string mode, int distance, int control, string expected)
    {
        string shuffle = $"shfl.sync.{mode}.b32 %r9|%p1, %r0, {distance}, {control}, 0xFFFFFFFF;";
        ulong[] output = Run($"mov.b32 %r0, %laneid; {shuffle}", "%r9", [0, 0, 0], 32);
        Assert.Equal(expected, string.Join(' ', output.Take(8)));
    }

    [Theory]
    [InlineData("vote.sync.ballot.b32 %r9, %p1, 0xFFFFFFFF;", 0x1F)]
    [InlineData("vote.sync.any.pred %p2, %p1, 0xFFFFFFFF; selp.b32 %r9, 1, 0, %p2;", 1)]
    [InlineData("vote.sync.all.pred %p2, %p1, 0xFFFFFFFF; selp.b32 %r9, 1, 0, %p2;", 0)]
    [InlineData("redux.sync.add.s32 %r9, %r0, 0xFFFFFFFF;", 496)]
    [InlineData("redux.sync.max.u32 %r9, %r0, 0xFFFFFFFF;", 31)]
    [InlineData("bar.red.popc.u32 %r9, 0, %p1;", 5)]
    public void CombinesWhatLanesSay(string instruction, int expected)
    {
        ulong[] output = Run($"mov.b32 %r0, %laneid; setp.lt.s32 %p1, %r0, 5; {instruction}", "%r9", [0, 0, 0], 32);
        Assert.All(output, value => Assert.Equal((ulong)expected, value));
    }

    /// <summary>Loops of different lengths with two ways through them, and the lanes together again at the end.</summary>
    [Fact]
    public void LanesThatPartMeetAgain()
    {
        const string Body = """
            mov.b32 %r0, %laneid; mov.b32 %r9, 0; mov.b32 %r8, 0;
            LOOP: setp.ge.s32 %p1, %r8, %r0; @%p1 bra DONE;
            add.s32 %r8, %r8, 1; and.b32 %r7, %r8, 1; setp.eq.s32 %p2, %r7, 0; @%p2 bra LOOP;
            add.s32 %r9, %r9, %r8; bra LOOP;
            DONE: bar.warp.sync 0xFFFFFFFF; shfl.sync.idx.b32 %r9, %r9, %r0, 31, 0xFFFFFFFF;
            """;
        ulong[] output = Run(Body, "%r9", [0, 0, 0], 32);
        Assert.Equal(Enumerable.Range(0, 32).Select(n => (ulong)Enumerable.Range(1, n).Where(i => i % 2 == 1).Sum()), output);
    }

    [Theory]
    [InlineData("add.s32 %r9, %r0, %f1;", "register %f1 is .f32, but the operation works on .s32")]
    [InlineData("add.s32 %r9, %r0, %d1;", "register %d1 is .b64, but the operation works on .s32")]
    [InlineData("add.s32 %r9, %r0, nobody;", "register nobody is not declared")]
    [InlineData("bra NOWHERE;", "there is no label NOWHERE")]
    [InlineData("frobnicate.b32 %r9, %r0;", "does not know this instruction")]
    [InlineData("cp.async.cg.shared.global [%r0], [%d0], 8;", "cp.async.cg 16")]
    public void WhatAnAssemblerWouldRefuseIsRefused(string body, string expected) =>
        Assert.Contains(expected, Assert.Throws<PtxFault>(() => Run(body, "%r9", [0, 0, 0], 1)).Message, StringComparison.Ordinal);

    // Literals come as int, uint, long or ulong.
    private static ulong Bits(object number) => Convert.ToUInt64(number, System.Globalization.CultureInfo.InvariantCulture);

    private static unsafe ulong[] Run(string body, string result, ulong[] input, int threads)
    {
        string store = result[1] switch
        {
            'd' => $"st.global.b64 [%d7], {result};",
            'e' => $"st.global.f64 [%d7], {result};",
            'f' => $"st.global.f32 [%d7], {result};",
            'h' => $"st.global.b16 [%d7], {result};",
            _ => $"st.global.b32 [%d7], {result};",
        };
        string loads = string.Concat(Enumerable.Range(0, 3).Select(i =>
            $"ld.global.b64 %d{i}, [%d6+{8 * i}]; cvt.u32.u64 %r{i}, %d{i}; cvt.u16.u32 %h{i}, %r{i};"
            + $"mov.b32 %f{i}, %r{i}; mov.b64 %e{i}, %d{i};\n"));
        string text = $$"""
            .version 8.0
            .target sm_80
            .address_size 64
            .visible .entry Probe(.param .b64 input, .param .b64 output)
            {
                .reg .pred %p<4>; .reg .b16 %h<10>; .reg .b32 %r<12>; .reg .b64 %d<12>; .reg .f32 %f<10>; .reg .f64 %e<10>;
                ld.param.b64 %d6, [input];
                {{loads}}
                {{body}}
                ld.param.b64 %d7, [output]; mov.b32 %r11, %tid.x; mad.wide.u32 %d7, %r11, 8, %d7;
                {{store}}
                ret;
            }
            """;
        ulong[] source = GC.AllocateArray<ulong>(input.Length, pinned: true), target = GC.AllocateArray<ulong>(threads, pinned: true);
        input.CopyTo(source, 0);
        ulong sourceAddress = (ulong)Unsafe.AsPointer(ref source[0]), targetAddress = (ulong)Unsafe.AsPointer(ref target[0]);
        byte[] parameters = [.. BitConverter.GetBytes(sourceAddress), .. BitConverter.GetBytes(targetAddress)];
        (ulong, ulong)[] buffers = [(sourceAddress, (ulong)input.Length * 8), (targetAddress, (ulong)threads * 8)];
        new PtxLaunch(PtxKernel.Parse(text), new Index3D(1, 1, 1), new Index3D(threads, 1, 1), 0, parameters, buffers, 1_000_000).Run();
        GC.KeepAlive(source);
        return target;
    }
}
