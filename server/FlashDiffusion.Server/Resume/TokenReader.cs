using System.Security.Cryptography;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Requests;
using Google.Protobuf;
using Grpc.Core;

namespace FlashDiffusion.Server.Resume;

/// <summary>Opens what a client sends to go on from. Nothing of it is believed before the seal holds.</summary>
internal sealed class TokenReader(ResumeSeal seal, TimeProvider time)
{
    private const string InvalidTokenText =
        "The resume token is damaged, or was sealed with a key that this server does not have (Resume:KeysFile, Resume:Key). Send the token as it came, to servers that share their key.";

    public Mapped<OpenedToken> Read(V1.ResumeFrom from)
    {
        if (seal.Open(from.Token.Memory) is not { } payload || !TryParse(payload, out var token))
        {
            return Mapped<OpenedToken>.Refused(InvalidToken);
        }

        if (time.GetUtcNow().ToUnixTimeMilliseconds() >= token.Expires)
        {
            return Mapped<OpenedToken>.Refused(ResumeErrors.Unfit(ErrorReasons.ResumeExpired, "token", "The resume token has expired; send the request without it, with the seed of the first answer."));
        }

        if (!CryptographicOperations.FixedTimeEquals(SHA256.HashData(from.Checkpoint.Span), token.Checkpoint.Span))
        {
            return Mapped<OpenedToken>.Refused(DamagedData);
        }

        try
        {
            var state = SampleState.Read(from.Checkpoint.Memory);
            return state.StepIndex == token.Step ? Mapped<OpenedToken>.Of(new OpenedToken(token, state)) : Mapped<OpenedToken>.Refused(DamagedData);
        }
        catch (InvalidDataException)
        {
            // Sealed, and yet not readable: by a server whose states have another format.
            return Mapped<OpenedToken>.Refused(ResumeErrors.Unfit(ErrorReasons.ResumeUnfit, "checkpoint", "The checkpoint has a format that this server does not know."));
        }
    }

    private static ServerError InvalidToken { get; } = new()
    {
        Code = StatusCode.InvalidArgument,
        Reason = ErrorReasons.ResumeTokenInvalid,
        Message = InvalidTokenText,
        Violations = [new FieldViolation("resume_from.token", InvalidTokenText)],
    };

    private static ServerError DamagedData { get; } = new()
    {
        Code = StatusCode.DataLoss,
        Reason = ErrorReasons.CheckpointDamaged,
        Message = "The checkpoint's data are not those that the token was made for: damaged on the way, or of another checkpoint.",
    };

    private static bool TryParse(ReadOnlyMemory<byte> payload, out TokenPayload token)
    {
        token = new TokenPayload();
        try
        {
            token.MergeFrom(payload.Span);
            return token is { Facts.Compute: not null, Start: not null, Cost: not null };
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }
}
