using System.IO.Hashing;
using System.Security.Cryptography;
using FlashDiffusion.Engine.Samples;
using Google.Protobuf;

namespace FlashDiffusion.Server.Resume;

/// <summary>Writes the checkpoints of one reconstruction: data and a sealed token that belongs to them alone.</summary>
/// <param name="seal">Seals tokens.</param>
/// <param name="facts">What reconstructs what.</param>
/// <param name="limit">Its time limit; null without one.</param>
/// <param name="lifetime">Validity of a token.</param>
/// <param name="time">Clock.</param>
internal sealed class CheckpointWriter(ResumeSeal seal, TokenFacts facts, TokenTimeLimit? limit, TimeSpan lifetime, TimeProvider time)
{
    public V1.Checkpoint Write(Checkpoint checkpoint)
    {
        var data = checkpoint.State.Write();
        var payload = new TokenPayload
        {
            Expires = (time.GetUtcNow() + lifetime).ToUnixTimeMilliseconds(),
            Facts = facts,
            Start = TokenMapper.Start(checkpoint.Start),
            Plan = ByteString.CopyFrom(checkpoint.Plan.AsSpan()),
            Step = checkpoint.StepIndex,
            Checkpoint = ByteString.CopyFrom(SHA256.HashData(data)),
            Cost = TokenMapper.Cost(checkpoint),
            TimeLimit = limit,
        };
        if (checkpoint.Announced is { } announced)
        {
            payload.Announced = announced;
        }

        return new V1.Checkpoint
        {
            Step = checkpoint.StepIndex,
            Token = UnsafeByteOperations.UnsafeWrap(seal.Seal(payload.ToByteArray())),
            Data = UnsafeByteOperations.UnsafeWrap(data),
            Crc32 = Crc32.HashToUInt32(data),
        };
    }
}
