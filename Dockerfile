# Runs Parelha where untrusted programs cannot be isolated otherwise (macOS, Windows, old kernels).
#
#   docker build -t parelha .
#   docker run --rm -it parelha doctor
#
# Docker's own seccomp profile blocks user namespaces: the sandbox then holds level 2 (Landlock,
# system calls, limits), on kernels from 5.13 on. For level 3 as well, add
# `--security-opt seccomp=unconfined --security-opt apparmor=unconfined`.
FROM python:3.11-slim

RUN useradd --create-home parelha
WORKDIR /home/parelha/app
COPY --chown=parelha . .
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN pip install --no-cache-dir --extra-index-url "$TORCH_INDEX" -c constraints.txt .
USER parelha
ENTRYPOINT ["parelha"]
CMD ["doctor"]
