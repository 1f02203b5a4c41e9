using FlashDiffusion.Trainer.Commands;
using FlashDiffusion.Trainer.Native;

NativeRuntime.Prepare();
return TrainerCommands.Run(args);
