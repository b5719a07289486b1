using System.Numerics;
using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>
/// 32 threads that execute each instruction together. Lanes that a branch parts run one group after the other, up to the place where they
/// meet again; a stack of frames keeps
/// them. Register r of lane l lies at 32 r + l.
/// </summary>
internal sealed unsafe class PtxWarp
{
    public const int Size = 32;
    public const uint AllLanes = uint.MaxValue;
    private const ulong SharedWindow = 1UL << 60, LocalWindow = 2UL << 60;

    private readonly PtxKernel _kernel;
    private readonly int _index;
    private readonly ulong[] _registers, _scratch = GC.AllocateArray<ulong>(4 * Size, pinned: true);
    private PtxFrame[] _frames = new PtxFrame[8];
    private int _depth, _current;
    private uint _logName;
    private uint _pauses; // barriers of the warp since the last one of the block

    public PtxWarp(PtxBlock block, PtxKernel kernel, int index, int lanes)
    {
        (Block, _kernel, _index, LaneCount) = (block, kernel, index, lanes);
        _registers = GC.AllocateArray<ulong>(kernel.RegisterCount * Size, pinned: true);
        Registers = (ulong*)Unsafe.AsPointer(ref _registers[0]);
        Scratch = (ulong*)Unsafe.AsPointer(ref _scratch[0]);
        kernel.FillConstants(this);
    }

    public PtxBlock Block { get; }

    public ulong* Registers { get; }

    /// <summary>Four numbers per lane for an instruction's own use.</summary>
    public ulong* Scratch { get; }

    /// <summary>Threads of the warp; fewer than 32 at the end of a block.</summary>
    public int LaneCount { get; }

    /// <summary>The barrier that the warp waits at, or null.</summary>
    public PtxBarrier? WaitsAt { get; private set; }

    /// <summary>Lanes that have ended.</summary>
    public uint Ended { get; private set; }

    /// <summary>All lanes that there are.</summary>
    public uint Present => LaneCount == Size ? AllLanes : (1u << LaneCount) - 1;

    /// <summary>For the log of accesses: barriers of the block and of the warp so far.</summary>
    public uint Time => (Block.Barriers << PtxAccessLog.TimeBits) | _pauses;

    /// <summary>The number within the block of a lane's thread.</summary>
    public int Thread(int lane) => (_index * Size) + lane;

    public uint LogName(int lane) => _logName + (uint)lane;

    /// <summary>Starts again from the first instruction.</summary>
    public void Reset()
    {
        (_depth, _current, _pauses, WaitsAt, Ended) = (1, 0, 0, null, 0);
        _logName = PtxAccessLog.Name(Block.Number, Thread(0));
        _frames[0] = new PtxFrame { Next = 0, Meeting = _kernel.Instructions.Length, Lanes = Present };
    }

    /// <summary>Runs until a barrier or the end.</summary>
    public void Run()
    {
        (WaitsAt, _pauses) = (null, WaitsAt is null ? _pauses : 0);
        PtxInstruction[] instructions = _kernel.Instructions;
        long executed = 0;
        while (_depth > 0)
        {
            ref PtxFrame frame = ref _frames[_depth - 1];
            if (frame.Lanes == 0 || frame.Next == frame.Meeting)
            {
                _depth--;
                continue;
            }

            _current = frame.Next;
            PtxInstruction instruction = instructions[_current];
            uint lanes = instruction.Guard < 0 ? frame.Lanes : Guarded(instruction, frame.Lanes);
            executed += BitOperations.PopCount(frame.Lanes);
            switch (instruction.Flow)
            {
                case PtxFlow.Onward:
                    if (lanes != 0)
                    {
                        instruction.Execute(this, lanes);
                    }

                    frame.Next++;
                    break;
                case PtxFlow.Branch:
                    Branch(ref frame, (PtxBranch)instruction, lanes);
                    if (executed > 1_000_000)
                    {
                        Block.Count(this, executed);
                        executed = 0;
                    }

                    break;
                case PtxFlow.Exit:
                    frame.Next++;
                    End(lanes);
                    break;
                default:
                    RequireWholeWarp(lanes);
                    frame.Next++;
                    WaitsAt = (PtxBarrier)instruction;
                    Block.Count(this, executed);
                    return;
            }
        }

        Block.Count(this, executed);
    }

    /// <summary>Notes that the lanes have met at a barrier of the warp.</summary>
    public void Synchronize() => _pauses = Math.Min(_pauses + 1, (1u << PtxAccessLog.TimeBits) - 1);

    /// <summary>Checks an address and says where it lies on this machine.</summary>
    public byte* Locate(int lane, PtxSpace space, ulong address, int bytes, PtxAccess access)
    {
        if (space == PtxSpace.Generic)
        {
            (space, address) = (address >> 60) switch
            {
                SharedWindow >> 60 => (PtxSpace.Shared, address - SharedWindow),
                LocalWindow >> 60 => (PtxSpace.Local, address - LocalWindow),
                _ => (PtxSpace.Global, address),
            };
        }

        return space switch
        {
            PtxSpace.Shared => Block.Shared.Locate(this, lane, address, bytes, access),
            PtxSpace.Global => Block.Launch.Global.Locate(this, lane, address, bytes, access),
            PtxSpace.Local => Block.LocateLocal(this, lane, address, bytes),
            _ => Block.Launch.LocateParameter(this, lane, address, bytes),
        };
    }

    /// <summary>What the generic form of an address is larger by, or, the other way, less by.</summary>
    public static ulong Displacement(PtxSpace space, bool toGeneric)
    {
        ulong window = space == PtxSpace.Shared ? SharedWindow : space == PtxSpace.Local ? LocalWindow : 0;
        return toGeneric ? window : 0 - window;
    }

    /// <summary>Fails unless exactly the lanes named take part in an instruction of the warp.</summary>
    public void RequireMembers(uint lanes, int members)
    {
        int first = BitOperations.TrailingZeroCount(lanes);
        uint wanted = (uint)Registers[members + first] & Present;
        if (lanes != wanted)
        {
            throw Fault(first, $"waits for the lanes 0x{wanted:x8} of its warp, but 0x{lanes:x8} are here");
        }
    }

    /// <summary>Fails unless all 32 lanes are here.</summary>
    public void RequireAll(uint lanes)
    {
        if (lanes != AllLanes)
        {
            throw Fault(BitOperations.TrailingZeroCount(lanes), $"needs all lanes of its warp, but only 0x{lanes:x8} are here");
        }
    }

    /// <summary>An error of a lane at the current instruction.</summary>
    public PtxFault Fault(int lane, string message) => new(
        $"{_kernel.Name}, block {Block.Position}, thread {Thread(lane)}: {message}. "
        + $"Instruction {_current}: {_kernel.Instructions[_current].Text}");

    private uint Guarded(PtxInstruction instruction, uint lanes)
    {
        uint result = PtxLanes.True(Registers + instruction.Guard);
        return lanes & (instruction.GuardIsNegated ? ~result : result);
    }

    private void Branch(ref PtxFrame frame, PtxBranch branch, uint taken)
    {
        uint stayed = frame.Lanes & ~taken;
        int next = frame.Next + 1;
        if (taken == 0)
        {
            frame.Next = next;
            return;
        }

        uint way = branch.Follow(this, taken, out int target);
        if (way == frame.Lanes)
        {
            frame.Next = target;
            return;
        }

        // This frame goes on at the meeting point, with all lanes, when all parts have arrived there.
        frame.Next = branch.Meeting;
        Push(next, branch.Meeting, stayed);
        while (taken != 0)
        {
            way = branch.Follow(this, taken, out target);
            Push(target, branch.Meeting, way);
            taken &= ~way;
        }
    }

    private void Push(int next, int meeting, uint lanes)
    {
        if (next == meeting || lanes == 0)
        {
            return;
        }

        // A loop that its lanes leave one by one would fill the stack: a frame that only waits to end is taken away.
        if (_frames[_depth - 1] is { } below && below.Next == below.Meeting && below.Meeting == meeting)
        {
            _depth--;
        }

        if (_depth == _frames.Length)
        {
            Array.Resize(ref _frames, 2 * _depth);
        }

        _frames[_depth++] = new PtxFrame { Next = next, Meeting = meeting, Lanes = lanes };
    }

    private void End(uint lanes)
    {
        Ended |= lanes;
        for (int i = 0; i < _depth; i++)
        {
            _frames[i].Lanes &= ~lanes;
        }
    }

    private void RequireWholeWarp(uint lanes)
    {
        if (lanes != Present)
        {
            uint missing = Present & ~lanes;
            string place = (Ended & missing) == missing ? "have ended" : "are elsewhere";
            throw Fault(
                BitOperations.TrailingZeroCount(lanes),
                $"waits at a barrier in a divergent branch: lanes 0x{missing:x8} of its warp {place}");
        }
    }
}
